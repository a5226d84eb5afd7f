package io.quiver.jdbc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.proto.Common;
import org.apache.calcite.avatica.proto.Responses;
import org.apache.calcite.avatica.remote.ProtobufTranslationImpl;
import org.apache.calcite.avatica.remote.Service;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * Avatica's answers out of their bytes. Those that carry rows are read here, because Avatica's own
 * code takes bytes through Base64 and knows no lists of bytes; all others are left to it.
 */
final class WireResponses {
  private static final ProtobufTranslationImpl TRANSLATION = new ProtobufTranslationImpl();
  private static final String EXECUTE = Responses.ExecuteResponse.class.getName();
  private static final String FETCH = Responses.FetchResponse.class.getName();

  private WireResponses() {}

  static Service.Response decode(byte[] answer) throws IOException {
    Common.WireMessage wire = Common.WireMessage.parseFrom(answer);
    if (wire.getName().equals(EXECUTE)) {
      return execute(Responses.ExecuteResponse.parseFrom(wire.getWrappedMessage()));
    }
    if (wire.getName().equals(FETCH)) {
      return fetch(Responses.FetchResponse.parseFrom(wire.getWrappedMessage()));
    }
    return TRANSLATION.parseResponse(answer);
  }

  private static Service.Response execute(Responses.ExecuteResponse message) {
    List<Service.ResultSetResponse> results = new ArrayList<>(message.getResultsCount());
    for (Responses.ResultSetResponse result : message.getResultsList()) {
      results.add(
          new Service.ResultSetResponse(
              result.getConnectionId(),
              result.getStatementId(),
              result.getOwnStatement(),
              result.hasSignature() ? Meta.Signature.fromProto(result.getSignature()) : null,
              result.hasFirstFrame() ? frame(result.getFirstFrame()) : null,
              result.getUpdateCount(),
              null));
    }
    return new Service.ExecuteResponse(results, message.getMissingStatement(), null);
  }

  private static Service.Response fetch(Responses.FetchResponse message) {
    return new Service.FetchResponse(
        message.hasFrame() ? frame(message.getFrame()) : null,
        message.getMissingStatement(),
        message.getMissingResults(),
        null);
  }

  private static Meta.Frame frame(Common.Frame message) {
    List<Object> rows = new ArrayList<>(message.getRowsCount());
    for (Common.Row row : message.getRowsList()) {
      List<@Nullable Object> cells = new ArrayList<>(row.getValueCount());
      for (Common.ColumnValue cell : row.getValueList()) {
        cells.add(
            cell.getHasArrayValue()
                ? list(cell.getArrayValueList())
                : scalar(cell.getScalarValue()));
      }
      rows.add(cells);
    }
    return new Meta.Frame(message.getOffset(), message.getDone(), rows);
  }

  private static List<@Nullable Object> list(List<Common.TypedValue> messages) {
    List<@Nullable Object> values = new ArrayList<>(messages.size());
    for (Common.TypedValue message : messages) {
      values.add(scalar(message));
    }
    return values;
  }

  private static @Nullable Object scalar(Common.TypedValue message) {
    if (message.getType() == Common.Rep.BYTE_STRING) {
      return message.getBytesValue().toByteArray();
    }
    return TypedValue.fromProto(message).value;
  }
}
