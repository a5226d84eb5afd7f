package io.quiver.lincheck;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.SimpleRemapper;

/**
 * A bug that is planted into compiled classes: a test which does not find it proves nothing. The
 * classes get copies under names of their own, so that those of the product stay as they are.
 */
public final class PlantedBug {
  private final String name;
  private final String method;
  private final Kind kind;
  private final String call;
  private final int result;
  private final String instead;

  /** What is done to a method. */
  private enum Kind {
    LEAVE_OUT,
    INSTEAD,
    UNSYNCHRONIZED
  }

  private PlantedBug(
      String name, String method, Kind kind, String call, int result, String instead) {
    this.name = name;
    this.method = method;
    this.kind = kind;
    this.call = call;
    this.result = result;
    this.instead = instead;
  }

  /**
   * A call that is not made.
   *
   * @param name of the bug, as part of a class name
   * @param method where the call is
   * @param call the name of what is called
   * @param result what it seems to return, if anything: 0 or null, or 1 or true
   */
  public static PlantedBug leaveOut(String name, String method, String call, int result) {
    return new PlantedBug(name, method, Kind.LEAVE_OUT, call, result, "");
  }

  /**
   * A call in whose place another one is made.
   *
   * @param instead a static method of the class with operations, which is given what the call was
   *     made on and its arguments
   */
  public static PlantedBug instead(String name, String method, String call, String instead) {
    return new PlantedBug(name, method, Kind.INSTEAD, call, 0, instead);
  }

  /** A method that takes no monitors. */
  public static PlantedBug unsynchronized(String name, String method) {
    return new PlantedBug(name, method, Kind.UNSYNCHRONIZED, "", 0, "");
  }

  /**
   * Makes copies of a class with operations and of the classes that it works on, with all that are
   * nested in those. The bug is in the latter.
   *
   * @param lookup into the package of all of them
   * @return the copy of the class with operations
   * @throws AssertionError when there is no place for the bug
   */
  public Class<?> in(MethodHandles.Lookup lookup, Class<?> operations, Class<?>... hosts) {
    List<Class<?>> all = new ArrayList<>();
    for (Class<?> host : hosts) {
      all.addAll(List.of(host.getNestMembers()));
    }
    // An interface is defined before the classes that implement it.
    all.sort(Comparator.comparing(each -> !each.isInterface()));
    all.add(operations);
    Map<String, String> names = new HashMap<>();
    for (Class<?> each : all) {
      String old = Type.getInternalName(each);
      String host = Type.getInternalName(each.getNestHost());
      names.put(old, host + name + old.substring(host.length()));
    }
    int[] places = new int[1];
    List<byte[]> copies =
        all.stream()
            .map(each -> copy(each, Type.getInternalName(operations), names, places))
            .toList();
    if (places[0] == 0) {
      throw new AssertionError("no place for the bug " + name);
    }
    try {
      Class<?> copied = operations;
      for (byte[] each : copies) {
        copied = lookup.defineClass(each);
      }
      return copied;
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] copy(
      Class<?> original, String operations, Map<String, String> names, int[] places) {
    String path = '/' + Type.getInternalName(original) + ".class";
    try (InputStream in = original.getResourceAsStream(path)) {
      ClassReader reader = new ClassReader(in.readAllBytes());
      ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
      ClassVisitor renamed = new ClassRemapper(writer, new SimpleRemapper(Opcodes.ASM9, names));
      reader.accept(new Planting(renamed, operations, names, places), 0);
      return writer.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Planting extends ClassVisitor {
    private final String operations;
    private final Map<String, String> names;
    private final int[] places;

    private Planting(
        ClassVisitor next, String operations, Map<String, String> names, int[] places) {
      super(Opcodes.ASM9, next);
      this.operations = operations;
      this.names = names;
      this.places = places;
    }

    // The copy of a class without its host stands alone.

    @Override
    public void visitNestHost(String host) {
      if (names.containsKey(host)) {
        super.visitNestHost(host);
      }
    }

    @Override
    public void visitInnerClass(String inner, String outer, String simple, int access) {
      if (!names.containsKey(inner) || names.containsKey(outer)) {
        super.visitInnerClass(inner, outer, simple, access);
      }
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String each, String type, String signature, String[] exceptions) {
      boolean here = each.equals(method) || each.startsWith("lambda$" + method + '$');
      int left = access;
      if (here && kind == Kind.UNSYNCHRONIZED && (access & Opcodes.ACC_SYNCHRONIZED) != 0) {
        left &= ~Opcodes.ACC_SYNCHRONIZED;
        places[0]++;
      }
      MethodVisitor next = super.visitMethod(left, each, type, signature, exceptions);
      return here ? new Changing(next) : next;
    }

    private final class Changing extends MethodVisitor {
      private Changing(MethodVisitor next) {
        super(Opcodes.ASM9, next);
      }

      @Override
      public void visitInsn(int opcode) {
        if (kind == Kind.UNSYNCHRONIZED
            && (opcode == Opcodes.MONITORENTER || opcode == Opcodes.MONITOREXIT)) {
          places[0]++;
          super.visitInsn(Opcodes.POP);
        } else {
          super.visitInsn(opcode);
        }
      }

      @Override
      public void visitMethodInsn(
          int opcode, String owner, String called, String type, boolean isInterface) {
        if (kind == Kind.UNSYNCHRONIZED || !called.equals(call)) {
          super.visitMethodInsn(opcode, owner, called, type, isInterface);
          return;
        }
        places[0]++;
        if (kind == Kind.INSTEAD) {
          boolean isStatic = opcode == Opcodes.INVOKESTATIC;
          String on = isStatic ? type : type.replace("(", "(L" + owner + ";");
          super.visitMethodInsn(Opcodes.INVOKESTATIC, operations, instead, on, false);
          return;
        }
        Type[] arguments = Type.getArgumentTypes(type);
        for (int i = arguments.length - 1; i >= 0; i--) {
          visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
        }
        if (opcode != Opcodes.INVOKESTATIC) {
          visitInsn(Opcodes.POP);
        }
        switch (Type.getReturnType(type).getSort()) {
          case Type.VOID -> {}
          case Type.LONG -> visitInsn(Opcodes.LCONST_0 + result);
          case Type.OBJECT, Type.ARRAY -> visitInsn(Opcodes.ACONST_NULL);
          default -> visitInsn(Opcodes.ICONST_0 + result);
        }
      }
    }
  }
}
