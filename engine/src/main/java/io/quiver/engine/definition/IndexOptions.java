package io.quiver.engine.definition;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The options of index kinds: their names, pgvector's and Milvus's other names, and ranges. */
final class IndexOptions {
  /** pgvector's defaults, which the check of one option against another needs. */
  private static final int DEFAULT_M = 16;

  private static final int DEFAULT_EF_CONSTRUCTION = 64;

  /** One option. */
  private sealed interface Option {
    String name();

    /** A whole number in a range. */
    record Whole(String name, int least, int most) implements Option {}

    /** One of some words. */
    record Word(String name, List<String> words) implements Option {}
  }

  private static final Option M = new Option.Whole("m", 2, 100);
  private static final Option EF_CONSTRUCTION = new Option.Whole("ef_construction", 4, 1_000);
  private static final Option EF_SEARCH = new Option.Whole("ef_search", 1, 1_000);
  private static final Option LISTS = new Option.Whole("lists", 1, 32_768);
  private static final Option PROBES = new Option.Whole("probes", 1, 32_768);
  private static final Option SUBVECTORS = new Option.Whole("subvectors", 1, 65_535);
  private static final Option PQ_BITS = new Option.Whole("bits", 4, 8);
  private static final Option RABITQ_BITS = new Option.Whole("bits", 1, 8);
  private static final Option DEGREE = new Option.Whole("max_degree", 8, 256);
  private static final Option SEARCH_LIST = new Option.Whole("search_list_size", 10, 1_000);
  private static final Option QUANTIZER =
      new Option.Word("quantizer", List.of("none", "sq8", "rabitq"));
  private static final Option LAYOUT = new Option.Word("layout", List.of("fused", "compact"));
  private static final Option EXACT = new Option.Word("exact", List.of("float32", "sq8"));
  private static final Option BEAM = new Option.Whole("beam", 1, 64);
  private static final Option RECALL = new Option.Whole("recall_percent", 1, 99);
  private static final Option MEMORY = new Option.Whole("memory_mib", 1, Integer.MAX_VALUE);

  private IndexOptions() {}

  private static List<Option> of(IndexDefinition.Kind kind) {
    return switch (kind) {
      case SCALAR, BTREE, BITMAP -> List.of();
      case AUTO -> List.of(RECALL, MEMORY);
      case FLAT -> List.of(QUANTIZER);
      case HNSW -> List.of(M, EF_CONSTRUCTION, EF_SEARCH, QUANTIZER, LAYOUT, EXACT);
      case IVF_FLAT, IVF_SQ8 -> List.of(LISTS, PROBES);
      case IVF_PQ -> List.of(LISTS, PROBES, SUBVECTORS, PQ_BITS);
      case IVF_RABITQ -> List.of(LISTS, PROBES, RABITQ_BITS);
      case DISKANN -> List.of(DEGREE, SEARCH_LIST, EF_SEARCH, BEAM);
    };
  }

  private static String canonical(IndexDefinition.Kind kind, String name) {
    return switch (name) {
      case "efconstruction" -> "ef_construction";
      case "ef" -> "ef_search";
      case "nlist" -> "lists";
      case "nprobe" -> "probes";
      case "nbits" -> "bits";
      case "r", "maxdegree" -> "max_degree";
      case "l", "searchlistsize" -> "search_list_size";
      // In Milvus, PQ has its number of parts under the name of HNSW's number of links.
      case "m" -> kind == IndexDefinition.Kind.IVF_PQ ? "subvectors" : name;
      default -> name;
    };
  }

  /**
   * The options under their canonical names.
   *
   * @throws QuiverException 22023 for an unknown option or a value out of range
   */
  static Map<String, String> checked(IndexDefinition.Kind kind, Map<String, String> given) {
    Map<String, String> checked = new TreeMap<>();
    for (Map.Entry<String, String> entry : given.entrySet()) {
      String name = canonical(kind, entry.getKey());
      Option option = find(kind, name);
      if (option == null) {
        throw unknown(kind, entry.getKey());
      }
      if (checked.put(name, checked(option, entry.getValue())) != null) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE, "option " + name + " is given twice");
      }
    }
    if (kind == IndexDefinition.Kind.HNSW) {
      int m = number(checked, "m", DEFAULT_M);
      int construction =
          number(checked, "ef_construction", Math.max(DEFAULT_EF_CONSTRUCTION, 2 * m));
      if (construction < 2 * m) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "ef_construction is at least twice m (" + 2 * m + "), found " + construction);
      }
    }
    return checked;
  }

  private static @Nullable Option find(IndexDefinition.Kind kind, String name) {
    for (Option option : of(kind)) {
      if (option.name().equals(name)) {
        return option;
      }
    }
    return null;
  }

  private static int number(Map<String, String> options, String name, int otherwise) {
    String value = options.get(name);
    return value == null ? otherwise : Integer.parseInt(value);
  }

  private static String checked(Option option, String value) {
    switch (option) {
      case Option.Whole(String name, int least, int most) -> {
        long number;
        try {
          number = Long.parseLong(value);
        } catch (NumberFormatException e) {
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              name + " is a whole number, found '" + value + "'",
              e);
        }
        if (number < least || number > most) {
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              name + " is " + least + " to " + most + ", found " + value);
        }
        return Long.toString(number);
      }
      case Option.Word(String name, List<String> words) -> {
        if (!words.contains(value)) {
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              name + " is one of " + String.join(", ", words) + ", found '" + value + "'");
        }
        return value;
      }
    }
  }

  private static QuiverException unknown(IndexDefinition.Kind kind, String name) {
    String known = of(kind).stream().map(Option::name).collect(Collectors.joining(", "));
    return new QuiverException(
        ErrorCode.INVALID_PARAMETER_VALUE,
        "an index of kind "
            + kind.sqlName()
            + (known.isEmpty() ? " takes no options" : " has the options " + known)
            + ", found \""
            + name
            + "\"");
  }
}
