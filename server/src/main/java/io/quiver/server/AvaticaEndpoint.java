package io.quiver.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.quiver.avatica.Protocol;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Avatica's protobuf messages over HTTP/1.1, and two pages for whoever watches the process.
 *
 * <p>Request bodies are never decompressed: a small one cannot become a large one.
 */
final class AvaticaEndpoint implements Endpoint {
  private static final Logger LOG = LoggerFactory.getLogger(AvaticaEndpoint.class);
  private static final int REQUEST_BYTES_MAX = 64 << 20;
  private static final int LOOPS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);

  private final Protocol protocol;
  private final ServerOptions options;
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
  private volatile boolean ready;
  private @Nullable Channel listener;

  AvaticaEndpoint(Protocol protocol, ServerOptions options) {
    this.protocol = protocol;
    this.options = options;
  }

  @Override
  public int start() {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    clients.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(REQUEST_BYTES_MAX),
                            new RequestHandler(AvaticaEndpoint.this));
                  }
                });
    ChannelFuture binding = bootstrap.bind(options.host(), options.port()).awaitUninterruptibly();
    if (!binding.isSuccess()) {
      throw refused(binding.cause());
    }
    Channel bound = binding.channel();
    listener = bound;
    ready = true;
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  private QuiverException refused(Throwable cause) {
    String message =
        cause instanceof BindException
            ? "port " + options.port() + " is in use; choose another with --port"
            : "cannot listen on " + options.host() + ":" + options.port() + ": " + cause;
    return new QuiverException(ErrorCode.OBJECT_IN_USE, message, cause);
  }

  Protocol protocol() {
    return protocol;
  }

  /** False while the server closes. */
  boolean isReady() {
    return ready;
  }

  /**
   * Answers a client on a thread of its own. When that fails without an answer, the client's
   * connection is closed, so that it does not wait for one.
   */
  void run(Channel client, Runnable answering) {
    workers.execute(() -> {
      try {
        answering.run();
      } catch (RuntimeException | Error e) {
        ChannelFuture _ = client.close();
        LOG.error("a request could not be answered", e);
      }
    });
  }

  @Override
  public void stopAccepting() {
    ready = false;
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
  }

  @Override
  public void close() {
    stopAccepting();
    workers.shutdown();
    try {
      // What was cancelled still has its answer to write.
      workers.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    clients.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
