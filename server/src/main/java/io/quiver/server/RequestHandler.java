package io.quiver.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quiver.avatica.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Answers one client's requests, one at a time. {@code POST /} is Avatica, {@code POST
 * /cancel?connection=..&statement=..} ends a statement, {@code GET /livez} and {@code /readyz} say
 * how the process is.
 */
final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String PROTOBUF = "application/octet-stream";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final AvaticaEndpoint endpoint;

  RequestHandler(AvaticaEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    if (!request.decoderResult().isSuccess()) {
      text(context, HttpResponseStatus.BAD_REQUEST, "not HTTP", false);
      return;
    }
    QueryStringDecoder uri = new QueryStringDecoder(request.uri());
    switch (uri.path()) {
      case "/" -> {
        if (allows(context, request, HttpMethod.POST, keepAlive)) {
          avatica(context, request.content(), keepAlive);
        }
      }
      case "/cancel" -> {
        if (allows(context, request, HttpMethod.POST, keepAlive)) {
          cancel(context, uri, keepAlive);
        }
      }
      case "/livez" -> {
        if (allows(context, request, HttpMethod.GET, keepAlive)) {
          text(context, HttpResponseStatus.OK, "alive\n", keepAlive);
        }
      }
      case "/readyz" -> {
        if (allows(context, request, HttpMethod.GET, keepAlive)) {
          readiness(context, keepAlive);
        }
      }
      default -> text(context, HttpResponseStatus.NOT_FOUND, "not found\n", keepAlive);
    }
  }

  private static boolean allows(
      ChannelHandlerContext context, FullHttpRequest request, HttpMethod wanted, boolean keep) {
    if (request.method().equals(wanted)) {
      return true;
    }
    text(context, HttpResponseStatus.METHOD_NOT_ALLOWED, "use " + wanted + "\n", keep);
    return false;
  }

  private void avatica(ChannelHandlerContext context, ByteBuf body, boolean keepAlive) {
    Protocol.Exchange exchange = endpoint.protocol().read(ByteBufUtil.getBytes(body));
    // What is short is answered on the event loop, which it does not keep from other clients;
    // everything else takes a thread of its own.
    Protocol.Answer atOnce = exchange.answerAtOnce();
    if (atOnce != null) {
      write(context, atOnce, keepAlive);
    } else {
      endpoint.run(context.channel(), () -> write(context, exchange.answer(), keepAlive));
    }
  }

  private static void write(
      ChannelHandlerContext context, Protocol.Answer answer, boolean keepAlive) {
    HttpResponseStatus status = HttpResponseStatus.valueOf(answer.status());
    write(context, status, PROTOBUF, answer.body(), keepAlive);
  }

  private void cancel(ChannelHandlerContext context, QueryStringDecoder uri, boolean keepAlive) {
    String connection = parameter(uri, "connection");
    int statement;
    try {
      statement = Integer.parseInt(parameter(uri, "statement"));
    } catch (NumberFormatException e) {
      text(context, HttpResponseStatus.BAD_REQUEST, "statement is a number\n", keepAlive);
      return;
    }
    // On a thread of its own: a session may take its time to hear of it.
    endpoint.run(
        context.channel(),
        () -> {
          endpoint.protocol().cancel(connection, statement);
          text(context, HttpResponseStatus.OK, "", keepAlive);
        });
  }

  private void readiness(ChannelHandlerContext context, boolean keepAlive) {
    if (endpoint.isReady()) {
      text(context, HttpResponseStatus.OK, "ready\n", keepAlive);
    } else {
      text(context, HttpResponseStatus.SERVICE_UNAVAILABLE, "closing\n", keepAlive);
    }
  }

  private static String parameter(QueryStringDecoder uri, String name) {
    List<String> values = uri.parameters().get(name);
    return values == null || values.isEmpty() ? "" : values.getFirst();
  }

  private static void text(
      ChannelHandlerContext context, HttpResponseStatus status, String text, boolean keepAlive) {
    write(context, status, TEXT, text.getBytes(StandardCharsets.UTF_8), keepAlive);
  }

  private static void write(
      ChannelHandlerContext context,
      HttpResponseStatus status,
      String type,
      byte[] body,
      boolean keepAlive) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    ChannelFuture sent = context.writeAndFlush(response);
    if (!keepAlive) {
      ChannelFuture _ = sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // The client hung up or sent garbage; there is nobody to tell.
    ChannelFuture _ = context.close();
  }
}
