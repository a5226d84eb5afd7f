package io.quiver.flight;

import java.util.UUID;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallInfo;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.apache.arrow.flight.RequestContext;

/**
 * Knows a client again by a cookie, so that BEGIN and SET last from one call to the next. A client
 * that keeps no cookies gets a session for each call.
 */
final class SessionCookie implements FlightServerMiddleware {
  static final Key<SessionCookie> KEY = Key.of("quiver-session");

  private static final String NAME = "quiver_session";

  private final String id;
  private final boolean fresh;

  private SessionCookie(String id, boolean fresh) {
    this.id = id;
    this.fresh = fresh;
  }

  static SessionCookie read(CallInfo call, CallHeaders headers, RequestContext context) {
    for (String header : headers.getAll("cookie")) {
      for (String cookie : header.split(";", -1)) {
        String[] parts = cookie.strip().split("=", 2);
        if (parts.length == 2 && parts[0].equals(NAME)) {
          return new SessionCookie(parts[1].replace("\"", ""), false);
        }
      }
    }
    return new SessionCookie(UUID.randomUUID().toString(), true);
  }

  String id() {
    return id;
  }

  @Override
  public void onBeforeSendingHeaders(CallHeaders headers) {
    if (fresh) {
      headers.insert("set-cookie", NAME + "=" + id);
    }
  }

  @Override
  public void onCallCompleted(CallStatus status) {}

  @Override
  public void onCallErrored(Throwable failure) {}
}
