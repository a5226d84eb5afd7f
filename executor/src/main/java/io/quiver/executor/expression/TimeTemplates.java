package io.quiver.executor.expression;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** to_char of times, to_date and to_timestamp. */
final class TimeTemplates {
  // The last one: most statements have but one.
  private @Nullable TimeTemplate template;
  private String source = "";

  private TimeTemplates() {}

  /**
   * (TIMESTAMP or instant, template) to TEXT.
   *
   * @param zone whose local time an instant is written in
   */
  static ColumnFunction toChar(ZoneId zone) {
    TimeTemplates templates = new TimeTemplates();
    RowFunction text =
        (operands, row) -> {
          long time = operands[0].longAt(row);
          boolean instant = operands[0].column().type().equals(SqlType.TIMESTAMP_TZ);
          LocalDateTime local = Column.timestamp(instant ? TimeText.local(time, zone) : time);
          TimeTemplate wanted = templates.template(operands[1].stringAt(row));
          return TimeTemplateWriter.write(wanted, local, instant ? zone : null);
        };
    return text.giving(SqlType.TEXT);
  }

  static ColumnFunction toDate() {
    TimeTemplates templates = new TimeTemplates();
    RowFunction date =
        (operands, row) ->
            TimeTemplateReader.read(
                    templates.template(operands[1].stringAt(row)), operands[0].stringAt(row))
                .local()
                .toLocalDate();
    return date.giving(SqlType.DATE);
  }

  /** In the time zone that the text names, else in this one. */
  static ColumnFunction toTimestamp(ZoneId zone) {
    TimeTemplates templates = new TimeTemplates();
    RowFunction instant =
        (operands, row) -> {
          TimeTemplateReader.Read read =
              TimeTemplateReader.read(
                  templates.template(operands[1].stringAt(row)), operands[0].stringAt(row));
          ZoneId written = read.zone();
          return read.local().atZone(written == null ? zone : written).toInstant();
        };
    return instant.giving(SqlType.TIMESTAMP_TZ);
  }

  private TimeTemplate template(String text) {
    TimeTemplate known = template;
    if (known == null || !source.equals(text)) {
      known = TimeTemplate.of(text);
      template = known;
      source = text;
    }
    return known;
  }
}
