package io.quiver.avatica;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.avatica.ColumnMetaData.Rep;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.proto.Common;
import org.apache.calcite.avatica.proto.Requests;
import org.apache.calcite.avatica.proto.Responses;
import org.apache.calcite.avatica.remote.ProtobufTranslationImpl;
import org.apache.calcite.avatica.remote.Service;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * Avatica's protobuf messages. Those that carry values are written and read here, because Avatica's
 * own code turns bytes into Base64 on both ways and sends each value of a row twice; what comes out
 * is the same protocol.
 */
final class WireFormat {
  private static final ProtobufTranslationImpl TRANSLATION = new ProtobufTranslationImpl();
  private static final String EXECUTE = Requests.ExecuteRequest.class.getName();
  private static final String EXECUTE_BATCH = Requests.ExecuteBatchRequest.class.getName();

  // Their constructors are hidden, so they come out of their messages.
  static final Service.Response COMMITTED = parse(Responses.CommitResponse.getDefaultInstance());
  static final Service.Response ROLLED_BACK =
      parse(Responses.RollbackResponse.getDefaultInstance());

  private WireFormat() {}

  private static Service.Response parse(Message message) {
    try {
      return TRANSLATION.parseResponse(wrap(message));
    } catch (IOException e) {
      throw new IllegalStateException("protobuf cannot be read from memory", e);
    }
  }

  /**
   * Reads a request.
   *
   * @throws QuiverException 08P01 when it is none
   */
  static Service.Request decode(byte[] bytes) {
    try {
      Common.WireMessage wire = Common.WireMessage.parseFrom(bytes);
      String name = wire.getName();
      if (name.equals(EXECUTE)) {
        return execute(Requests.ExecuteRequest.parseFrom(wire.getWrappedMessage()));
      }
      if (name.equals(EXECUTE_BATCH)) {
        return batch(Requests.ExecuteBatchRequest.parseFrom(wire.getWrappedMessage()));
      }
      return TRANSLATION.parseRequest(bytes);
    } catch (IOException | RuntimeException e) {
      throw new QuiverException(
          ErrorCode.PROTOCOL_VIOLATION, "the request is no Avatica message in protobuf", e);
    }
  }

  private static Service.Request execute(Requests.ExecuteRequest message)
      throws InvalidProtocolBufferException {
    if (!message.hasStatementHandle()) {
      throw new InvalidProtocolBufferException("no statement handle");
    }
    Common.StatementHandle handle = message.getStatementHandle();
    // Older clients fill the older field alone.
    long firstFrame =
        message.getFirstFrameMaxSize() != 0
            ? message.getFirstFrameMaxSize()
            : message.getDeprecatedFirstFrameMaxSize();
    return new Service.ExecuteRequest(
        new Meta.StatementHandle(handle.getConnectionId(), handle.getId(), null),
        values(message.getParameterValuesList()),
        Math.clamp(firstFrame, 0, Integer.MAX_VALUE));
  }

  private static Service.Request batch(Requests.ExecuteBatchRequest message) {
    List<List<TypedValue>> entries = new ArrayList<>(message.getUpdatesCount());
    for (Requests.UpdateBatch entry : message.getUpdatesList()) {
      entries.add(values(entry.getParameterValuesList()));
    }
    return new Service.ExecuteBatchRequest(
        message.getConnectionId(), message.getStatementId(), entries);
  }

  private static List<TypedValue> values(List<Common.TypedValue> messages) {
    List<TypedValue> values = new ArrayList<>(messages.size());
    for (Common.TypedValue message : messages) {
      values.add(value(message));
    }
    return values;
  }

  @SuppressWarnings("NullAway") // Avatica's lists hold null for a parameter that was not set
  private static @Nullable TypedValue value(Common.TypedValue message) {
    if (message.getImplicitlyNull()) {
      return null;
    }
    if (message.getType() == Common.Rep.BYTE_STRING && message.getStringValue().isEmpty()) {
      return TypedValue.ofSerial(
          Rep.OBJECT,
          message.getComponentType() == Common.Rep.FLOAT
              ? floats(message.getBytesValue())
              : message.getBytesValue().toByteArray());
    }
    if (message.getType() == Common.Rep.ARRAY) {
      return TypedValue.ofSerial(Rep.ARRAY, values(message.getArrayValueList()));
    }
    return TypedValue.fromProto(message);
  }

  /** Our driver's vectors, packed and little-endian. */
  private static float[] floats(ByteString packed) {
    float[] floats = new float[packed.size() / Float.BYTES];
    packed.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  static Protocol.Answer encode(Service.Response response) {
    int status = response instanceof Service.ErrorResponse ? 500 : 200;
    return switch (response) {
      case Service.ExecuteResponse execute -> new Protocol.Answer(status, wrap(execute(execute)));
      case Service.FetchResponse fetch -> new Protocol.Answer(status, wrap(fetch(fetch)));
      default -> {
        try {
          yield new Protocol.Answer(status, TRANSLATION.serializeResponse(response));
        } catch (IOException e) {
          throw new IllegalStateException("protobuf cannot be written to memory", e);
        }
      }
    };
  }

  private static byte[] wrap(Message message) {
    return Common.WireMessage.newBuilder()
        .setName(message.getClass().getName())
        .setWrappedMessage(message.toByteString())
        .build()
        .toByteArray();
  }

  private static Message execute(Service.ExecuteResponse response) {
    Responses.ExecuteResponse.Builder message = Responses.ExecuteResponse.newBuilder();
    for (Service.ResultSetResponse result : response.results) {
      Responses.ResultSetResponse.Builder part =
          Responses.ResultSetResponse.newBuilder()
              .setConnectionId(result.connectionId)
              .setStatementId(result.statementId)
              .setOwnStatement(result.ownStatement)
              .setUpdateCount(result.updateCount);
      if (result.signature != null) {
        part.setSignature(result.signature.toProto());
      }
      if (result.firstFrame != null) {
        part.setFirstFrame(frame(result.firstFrame));
      }
      message.addResults(part);
    }
    return message.build();
  }

  private static Message fetch(Service.FetchResponse response) {
    return Responses.FetchResponse.newBuilder().setFrame(frame(response.frame)).build();
  }

  private static Common.Frame frame(Meta.Frame frame) {
    Common.Frame.Builder message =
        Common.Frame.newBuilder().setOffset(frame.offset).setDone(frame.done);
    for (Object row : frame.rows) {
      Common.Row.Builder cells = Common.Row.newBuilder();
      for (Object cell : (List<?>) row) {
        cells.addValue(column(cell));
      }
      message.addRows(cells);
    }
    return message.build();
  }

  private static Common.ColumnValue column(@Nullable Object value) {
    Common.ColumnValue.Builder column = Common.ColumnValue.newBuilder();
    if (value instanceof List<?> elements) {
      column.setHasArrayValue(true);
      for (Object element : elements) {
        column.addArrayValue(scalar(element));
      }
      return column.build();
    }
    return column.setScalarValue(scalar(value)).build();
  }

  private static Common.TypedValue scalar(@Nullable Object value) {
    Common.TypedValue.Builder message = Common.TypedValue.newBuilder();
    if (value instanceof byte[] bytes) {
      return message
          .setType(Common.Rep.BYTE_STRING)
          .setBytesValue(UnsafeByteOperations.unsafeWrap(bytes))
          .build();
    }
    TypedValue.toProto(message, value);
    return message.build();
  }
}
