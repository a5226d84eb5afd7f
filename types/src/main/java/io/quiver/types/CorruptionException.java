package io.quiver.types;

/** Damage on disk. The message names the file, the offset, and both checksums where there are. */
public final class CorruptionException extends QuiverException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String what;

  public CorruptionException(String file, long offset, String what) {
    super(ErrorCode.DATA_CORRUPTED, file + " is damaged at offset " + offset + ": " + what);
    this.file = file;
    this.offset = offset;
    this.what = what;
  }

  /** A block whose content does not give the checksum stored with it. */
  public static CorruptionException checksum(String file, long offset, int stored, int computed) {
    return new CorruptionException(
        file, offset, String.format("checksum %08x stored, %08x computed", stored, computed));
  }

  /** The file as messages show it. */
  public String file() {
    return file;
  }

  /** Where in the file, in bytes. */
  public long offset() {
    return offset;
  }

  /** What was found there. */
  public String what() {
    return what;
  }
}
