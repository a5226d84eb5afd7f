package io.quiver.server;

import java.time.Duration;

/** One protocol on one port. Started once, closed once. */
public interface Endpoint {
  /**
   * Listens.
   *
   * @return the port, which the system chose where 0 was asked for
   * @throws io.quiver.types.QuiverException when the port is taken
   */
  int start();

  /** Closes the sessions that no call has used for so long. */
  default void closeIdle(Duration limit) {}

  /** Takes no new connections and no new requests; what runs may still be answered. */
  void stopAccepting();

  /** Lets go of the port and of everything open. */
  void close();
}
