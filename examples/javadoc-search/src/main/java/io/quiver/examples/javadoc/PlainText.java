package io.quiver.examples.javadoc;

import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.InlineTagTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ReferenceTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.TextTree;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Javadoc without its markup: whole first sentences, as many as fit. */
final class PlainText {
  /** The model's time grows with the length, and the first sentences say what a method does. */
  private static final int LONGEST = 256;

  private static final Set<String> BLOCKS =
      Set.of("p", "ul", "ol", "li", "dl", "dt", "dd", "br", "table", "h1", "h2", "h3", "h4", "div");
  private static final Map<String, String> ENTITIES =
      Map.of("lt", "<", "gt", ">", "amp", "&", "quot", "\"", "nbsp", " ", "mdash", "-");

  private PlainText() {}

  static String of(List<? extends DocTree> body) {
    StringBuilder out = new StringBuilder();
    for (DocTree part : body) {
      // Examples begin here: what follows is code, no description.
      if (part instanceof StartElementTree element && name(element).equals("pre")) {
        break;
      }
      append(out, part);
    }
    return shorten(out.toString().replaceAll("\\s+", " ").strip());
  }

  private static void append(StringBuilder out, DocTree part) {
    if (part instanceof TextTree text) {
      out.append(text.getBody());
    } else if (part instanceof LiteralTree literal) {
      out.append(literal.getBody().getBody());
    } else if (part instanceof LinkTree link) {
      if (link.getLabel().isEmpty()) {
        out.append(reference(link.getReference()));
      }
      link.getLabel().forEach(label -> append(out, label));
    } else if (part instanceof EntityTree entity) {
      out.append(ENTITIES.getOrDefault(entity.getName().toString(), " "));
    } else if (part instanceof StartElementTree element && BLOCKS.contains(name(element))) {
      out.append(' ');
    } else if (part instanceof InlineTagTree) {
      out.append(' ');
    }
  }

  private static String name(StartElementTree element) {
    return element.getName().toString().toLowerCase(Locale.ROOT);
  }

  /** {@code java.util.List#add(Object)} reads as {@code List.add(Object)}. */
  private static String reference(ReferenceTree reference) {
    String signature = reference.getSignature();
    return signature
        .replaceAll("\\b([a-z]\\w*\\.)+(?=[A-Z])", "")
        .replaceFirst("^#", "")
        .replace('#', '.');
  }

  private static String shorten(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    int end = Math.max(text.lastIndexOf(". ", LONGEST - 1), text.lastIndexOf(".) ", LONGEST - 2));
    if (end > LONGEST / 4) {
      return text.substring(0, text.indexOf(' ', end));
    }
    int space = text.lastIndexOf(' ', LONGEST - 2);
    return text.substring(0, space < 0 ? LONGEST - 2 : space) + " …";
  }
}
