package io.quiver.formats.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Writes structures in Thrift's compact protocol, in which Parquet keeps its metadata. */
final class ThriftWriter {
  static final int TRUE = 1;
  static final int FALSE = 2;
  static final int I8 = 3;
  static final int I32 = 5;
  static final int I64 = 6;
  static final int BINARY = 8;
  static final int LIST = 9;
  static final int STRUCT = 12;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Deque<Integer> outer = new ArrayDeque<>();
  private int lastField;

  byte[] bytes() {
    return out.toByteArray();
  }

  private void field(int id, int type) {
    int delta = id - lastField;
    if (delta > 0 && delta <= 15) {
      out.write((delta << 4) | type);
    } else {
      out.write(type);
      zigzag(id);
    }
    lastField = id;
  }

  ThriftWriter i8(int id, int value) {
    field(id, I8);
    out.write(value);
    return this;
  }

  ThriftWriter i32(int id, int value) {
    field(id, I32);
    zigzag(value);
    return this;
  }

  ThriftWriter i64(int id, long value) {
    field(id, I64);
    zigzag(value);
    return this;
  }

  ThriftWriter bool(int id, boolean value) {
    field(id, value ? TRUE : FALSE);
    return this;
  }

  ThriftWriter string(int id, String value) {
    field(id, BINARY);
    return text(value);
  }

  /** Begins a structure that is a field; {@link #end} ends it. */
  ThriftWriter struct(int id) {
    field(id, STRUCT);
    return element();
  }

  /** Begins a structure that is an element of a list, or the outermost one. */
  ThriftWriter element() {
    outer.push(lastField);
    lastField = 0;
    return this;
  }

  ThriftWriter end() {
    out.write(0);
    lastField = outer.pop();
    return this;
  }

  /** Begins a list, whose elements follow without more. */
  ThriftWriter list(int id, int elementType, int size) {
    field(id, LIST);
    if (size < 15) {
      out.write((size << 4) | elementType);
    } else {
      out.write(0xF0 | elementType);
      varint(size);
    }
    return this;
  }

  /** A number in a list. */
  ThriftWriter number(long value) {
    zigzag(value);
    return this;
  }

  /** A text in a list. */
  ThriftWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    varint(utf8.length);
    out.writeBytes(utf8);
    return this;
  }

  private void zigzag(long value) {
    varint((value << 1) ^ (value >> 63));
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
