package io.quiver.jdbc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.apache.calcite.avatica.ColumnMetaData.Rep;
import org.apache.calcite.avatica.proto.Common;
import org.apache.calcite.avatica.proto.Requests;
import org.apache.calcite.avatica.remote.ProtobufTranslationImpl;
import org.apache.calcite.avatica.remote.Service;
import org.apache.calcite.avatica.remote.TypedValue;

/** Avatica's protobuf messages over one HTTP connection, and a second one for cancelling. */
final class RemoteBackend implements Backend {
  private static final ProtobufTranslationImpl TRANSLATION = new ProtobufTranslationImpl();

  private final String host;
  private final int port;
  private final HttpConnection http;

  RemoteBackend(String host, int port) {
    this.host = host;
    this.port = port;
    this.http = new HttpConnection(host, port);
  }

  @Override
  public Service.Response call(Service.Request request) throws SQLException {
    byte[] answer = http.post("/", encode(request));
    try {
      return WireResponses.decode(answer);
    } catch (IOException | RuntimeException e) {
      throw new SQLException(
          host + ":" + port + " answered with something that is no Avatica message",
          SqlStates.PROTOCOL_VIOLATION,
          e);
    }
  }

  /** On a connection of its own, because the first one waits for the statement's answer. */
  @Override
  public void cancel(String connectionId, int statementId) throws SQLException {
    try (HttpConnection side = new HttpConnection(host, port)) {
      side.post(
          "/cancel?connection="
              + URLEncoder.encode(connectionId, StandardCharsets.UTF_8)
              + "&statement="
              + statementId,
          new byte[0]);
    }
  }

  @Override
  public void setNetworkTimeout(int millis) {
    http.setTimeoutMillis(millis);
  }

  @Override
  public void close() {
    http.close();
  }

  private static byte[] encode(Service.Request request) throws SQLException {
    if (request instanceof Service.ExecuteRequest execute) {
      Requests.ExecuteRequest.Builder message =
          Requests.ExecuteRequest.newBuilder()
              .setStatementHandle(execute.statementHandle.toProto())
              .setHasParameterValues(true)
              .setFirstFrameMaxSize(execute.maxRowCount);
      for (TypedValue value : execute.parameterValues) {
        message.addParameterValues(encode(value));
      }
      return wrap(Requests.ExecuteRequest.class, message.build());
    }
    if (request instanceof Service.ExecuteBatchRequest batch) {
      Requests.ExecuteBatchRequest.Builder message =
          Requests.ExecuteBatchRequest.newBuilder()
              .setConnectionId(batch.connectionId)
              .setStatementId(batch.statementId);
      for (List<TypedValue> row : batch.parameterValues) {
        Requests.UpdateBatch.Builder values = Requests.UpdateBatch.newBuilder();
        for (TypedValue value : row) {
          values.addParameterValues(encode(value));
        }
        message.addUpdates(values);
      }
      return wrap(Requests.ExecuteBatchRequest.class, message.build());
    }
    try {
      return TRANSLATION.serializeRequest(request);
    } catch (IOException e) {
      throw new SQLException("cannot write " + request, SqlStates.PROTOCOL_VIOLATION, e);
    }
  }

  /**
   * Bytes as they are; Avatica's own code would send them a second time as Base64. A vector of
   * floats says so with its component's type, because bytes may be any vector's.
   */
  private static Common.TypedValue encode(TypedValue value) {
    if (value.value instanceof byte[] bytes) {
      return Common.TypedValue.newBuilder()
          .setType(Common.Rep.BYTE_STRING)
          .setBytesValue(UnsafeByteOperations.unsafeWrap(bytes))
          .build();
    }
    if (value.value instanceof float[] floats) {
      return Common.TypedValue.newBuilder()
          .setType(Common.Rep.BYTE_STRING)
          .setComponentType(Common.Rep.FLOAT)
          .setBytesValue(UnsafeByteOperations.unsafeWrap(QuiverVector.pack(floats)))
          .build();
    }
    if (value.type == Rep.ARRAY && value.value instanceof List<?> elements) {
      Common.TypedValue.Builder array =
          Common.TypedValue.newBuilder()
              .setType(Common.Rep.ARRAY)
              .setComponentType(Common.Rep.OBJECT);
      for (Object element : elements) {
        array.addArrayValue(encode((TypedValue) element));
      }
      return array.build();
    }
    return value.toProto();
  }

  private static byte[] wrap(Class<? extends MessageLite> type, MessageLite message) {
    return Common.WireMessage.newBuilder()
        .setNameBytes(ByteString.copyFromUtf8(type.getName()))
        .setWrappedMessage(message.toByteString())
        .build()
        .toByteArray();
  }
}
