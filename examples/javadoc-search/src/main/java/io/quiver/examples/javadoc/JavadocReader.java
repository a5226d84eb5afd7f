package io.quiver.examples.javadoc;

import com.sun.source.doctree.DeprecatedTree;
import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.SinceTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Takes the documented public classes and methods out of source jars, with the JDK's own compiler:
 * it parses and goes no further, so a library's dependencies are not needed.
 */
final class JavadocReader {
  /** Below this many characters a text is a stub such as "See above." */
  private static final int SHORTEST_TEXT = 20;

  /** Documented in every class, and no answer to any question. */
  private static final Set<String> OF_EVERY_OBJECT =
      Set.of("equals", "hashCode", "toString", "clone", "compareTo");

  private JavadocReader() {}

  static List<DocEntry> read(SourceJar jar) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<SimpleJavaFileObject> files = jar.read().stream().map(JavadocReader::inMemory).toList();
    JavacTask task =
        (JavacTask) compiler.getTask(null, null, problem -> {}, List.of("-proc:none"), null, files);
    Map<String, DocEntry> byName = new LinkedHashMap<>();
    DocTrees docs = DocTrees.instance(task);
    for (CompilationUnitTree unit : task.parse()) {
      String packageName = String.valueOf(unit.getPackageName());
      if (!isInternal(packageName)) {
        for (DocEntry entry : new Collector(jar.library(), packageName, docs).collect(unit)) {
          byName.merge(withoutArguments(entry.name()), entry, JavadocReader::better);
        }
      }
    }
    return List.copyOf(byName.values());
  }

  /**
   * Overloads say the same thing many times, and would fill every answer: one stands for all of
   * them, a current one if there is one.
   */
  private static DocEntry better(DocEntry first, DocEntry second) {
    return first.deprecated() && !second.deprecated() ? second : first;
  }

  private static boolean isInternal(String packageName) {
    return packageName.contains(".internal") || packageName.contains(".impl");
  }

  private static String withoutArguments(String name) {
    int arguments = name.indexOf('(');
    return arguments < 0 ? name : name.substring(0, arguments);
  }

  private static SimpleJavaFileObject inMemory(SourceJar.SourceText source) {
    URI uri = URI.create("memory:///" + source.path().replace(' ', '_'));
    return new SimpleJavaFileObject(uri, SimpleJavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source.text();
      }
    };
  }

  /** Walks one file; a member counts when it and all classes around it are public. */
  private static final class Collector extends TreePathScanner<@Nullable Void, String> {
    private final String library;
    private final String packageName;
    private final DocTrees docs;
    private final List<DocEntry> entries = new ArrayList<>();

    /** Whether a class around is: its members go with it without saying so. */
    private boolean deprecated;

    Collector(String library, String packageName, DocTrees docs) {
      this.library = library;
      this.packageName = packageName;
      this.docs = docs;
    }

    List<DocEntry> collect(CompilationUnitTree unit) {
      scan(unit, packageName);
      return entries;
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, String outer) {
      if (!isPublic(type.getModifiers())) {
        return null;
      }
      String name = outer + "." + type.getSimpleName();
      boolean aroundIsDeprecated = deprecated;
      add(name, type.getKind().name().toLowerCase(Locale.ROOT).replace("_type", ""));
      deprecated |= isDeprecated(docs.getDocCommentTree(getCurrentPath()));
      super.visitClass(type, name);
      deprecated = aroundIsDeprecated;
      return null;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, String type) {
      boolean constructor = method.getReturnType() == null;
      boolean own = !OF_EVERY_OBJECT.contains(method.getName().toString());
      if (isPublic(method.getModifiers()) && own && !constructor) {
        String arguments =
            method.getParameters().stream()
                .map(parameter -> simpleType(String.valueOf(parameter.getType())))
                .collect(Collectors.joining(", ", "(", ")"));
        add(type + "." + method.getName() + arguments, "method");
      }
      return null;
    }

    /** Members of an interface are public without saying so. */
    private boolean isPublic(ModifiersTree modifiers) {
      if (modifiers.getFlags().contains(Modifier.PUBLIC)) {
        return true;
      }
      TreePath parent = getCurrentPath().getParentPath();
      return parent.getLeaf() instanceof ClassTree around
          && (around.getKind() == Tree.Kind.INTERFACE
              || around.getKind() == Tree.Kind.ANNOTATION_TYPE)
          && !modifiers.getFlags().contains(Modifier.PRIVATE);
    }

    private void add(String name, String kind) {
      DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
      if (comment == null) {
        return;
      }
      String text = PlainText.of(comment.getFullBody());
      if (text.length() < SHORTEST_TEXT) {
        return;
      }
      String since = null;
      for (DocTree tag : comment.getBlockTags()) {
        if (tag instanceof SinceTree found) {
          since = PlainText.of(found.getBody());
        }
      }
      boolean old = deprecated || isDeprecated(comment);
      entries.add(new DocEntry(name, library, packageName, kind, since, old, text));
    }

    private static boolean isDeprecated(@Nullable DocCommentTree comment) {
      return comment != null
          && comment.getBlockTags().stream().anyMatch(DeprecatedTree.class::isInstance);
    }

    private static String simpleType(String type) {
      return type.replaceAll("@\\w+(\\([^)]*\\))?\\s*", "").replaceAll("\\b(\\w+\\.)+", "");
    }
  }
}
