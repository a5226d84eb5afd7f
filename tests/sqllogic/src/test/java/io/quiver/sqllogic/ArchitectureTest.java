package io.quiver.sqllogic;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;

/** Holds the arrows between rooms, and the homes of foreign libraries. */
@AnalyzeClasses(packages = "io.quiver", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule roomsImportOnlyWhatTheirArrowsAllow =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("types")
          .definedBy("io.quiver.types..")
          .layer("vector")
          .definedBy("io.quiver.vector..")
          .layer("storage")
          .definedBy("io.quiver.storage..")
          .layer("formats")
          .definedBy("io.quiver.formats..")
          .layer("executor")
          .definedBy("io.quiver.executor..")
          .layer("sql-parser")
          .definedBy("io.quiver.sql..")
          .layer("planner")
          .definedBy("io.quiver.planner..")
          .layer("engine")
          .definedBy("io.quiver.engine..")
          .layer("jdbc-driver")
          .definedBy("io.quiver.jdbc..")
          .layer("avatica")
          .definedBy("io.quiver.avatica..")
          .layer("flight-sql")
          .definedBy("io.quiver.flight..")
          .layer("server")
          .definedBy("io.quiver.server..")
          .layer("cli")
          .definedBy("io.quiver.cli..")
          .whereLayer("types")
          .mayNotAccessAnyLayer()
          .whereLayer("vector")
          .mayNotAccessAnyLayer()
          .whereLayer("storage")
          .mayOnlyAccessLayers("types", "vector")
          .whereLayer("formats")
          .mayOnlyAccessLayers("types")
          .whereLayer("executor")
          .mayOnlyAccessLayers("storage", "vector", "types")
          .whereLayer("sql-parser")
          .mayOnlyAccessLayers("types")
          // The plan names a metric, which is vector's word.
          .whereLayer("planner")
          .mayOnlyAccessLayers("sql-parser", "executor", "storage", "types", "vector")
          .whereLayer("engine")
          .mayOnlyAccessLayers("planner", "sql-parser", "executor", "storage", "formats", "types")
          .whereLayer("jdbc-driver")
          .mayNotAccessAnyLayer()
          .whereLayer("avatica")
          .mayOnlyAccessLayers("engine", "jdbc-driver", "types")
          .whereLayer("flight-sql")
          .mayOnlyAccessLayers("engine", "types")
          .whereLayer("server")
          .mayOnlyAccessLayers("avatica", "flight-sql", "engine", "types")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule calciteLivesInParserAndPlanner =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.quiver.sql..", "io.quiver.planner..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.calcite.sql..",
              "org.apache.calcite.rel..",
              "org.apache.calcite.rex..",
              "org.apache.calcite.plan..",
              "org.apache.calcite.schema..");

  @ArchTest
  static final ArchRule avaticaLivesInItsRoomAndTheDriver =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.quiver.avatica..", "io.quiver.jdbc..", "io.quiver.sql..", "io.quiver.planner..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.calcite.avatica..");

  @ArchTest
  static final ArchRule simdLivesInVector =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.quiver.vector..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..");

  /** Beside the server there is one client, with which {@code quiver bench ann} measures it. */
  @ArchTest
  static final ArchRule arrowLivesInFlightSql =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.quiver.flight..")
          .and()
          .doNotHaveFullyQualifiedName("io.quiver.cli.ann.FlightSearches")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.arrow.vector..",
              "org.apache.arrow.memory..",
              "org.apache.arrow.flight..");

  @ArchTest
  static final ArchRule arrowsFormatLivesInSegmentsAndFormats =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.quiver.storage.segment..", "io.quiver.formats.arrow..", "io.quiver.flight..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.arrow.flatbuf..");

  @ArchTest
  static final ArchRule librariesOfFormatsLiveThere =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.quiver.formats..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.hardwood..", "de.siegmar.fastcsv..", "com.github.luben.zstd..");

  @ArchTest
  static final ArchRule nettyLivesInServer =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.quiver.server..", "io.quiver.flight..", "io.quiver.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule filesLiveInStorageAndFormats =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.quiver.types..",
              "io.quiver.vector..",
              "io.quiver.storage.log..",
              "io.quiver.storage.segment..",
              "io.quiver.storage.manifest..",
              "io.quiver.storage.transaction..",
              "io.quiver.storage.catalog..",
              "io.quiver.executor..",
              "io.quiver.sql..",
              "io.quiver.planner..",
              "io.quiver.engine..",
              "io.quiver.flight..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.file.Files")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.channels.FileChannel")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.RandomAccessFile");

  /** A simulation decides what runs in a store and what time it is. */
  @ArchTest
  static final ArchRule storageStartsThreadsAndReadsClocksInOnePlace =
      noClasses()
          .that()
          .resideInAPackage("io.quiver.storage..")
          .and()
          .resideOutsideOfPackage("io.quiver.storage.scheduling..")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Runtime.class, "availableProcessors")
          .orShould()
          .callMethod(Thread.class, "ofPlatform")
          .orShould()
          .callMethod(Thread.class, "ofVirtual")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(LockSupport.class, "parkNanos", long.class)
          .orShould()
          .callMethod(Condition.class, "awaitNanos", long.class);

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.quiver.(*)..").should().beFreeOfCycles();
}
