package io.quiver.jdbc;

import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.ShardingKey;
import java.sql.Struct;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.calcite.avatica.AvaticaConnection;
import org.apache.calcite.avatica.AvaticaFactory;
import org.apache.calcite.avatica.UnregisteredDriver;
import org.jspecify.annotations.Nullable;

/** What no connection of ours makes: procedures, large objects, structs, XML, shards. */
abstract class NarrowConnection extends AvaticaConnection {
  NarrowConnection(UnregisteredDriver driver, AvaticaFactory factory, String url, Properties info) {
    super(driver, factory, url, info);
  }

  @Override
  public CallableStatement prepareCall(String sql) throws SQLException {
    checkOpen();
    throw SqlStates.unsupported("calling a procedure");
  }

  @Override
  public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
    return prepareCall(sql);
  }

  @Override
  public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability)
      throws SQLException {
    return prepareCall(sql);
  }

  @Override
  public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
    checkOpen();
    throw SqlStates.unsupported("a STRUCT");
  }

  @Override
  public Blob createBlob() throws SQLException {
    checkOpen();
    return new QuiverBlob(new byte[0]);
  }

  @Override
  public Clob createClob() throws SQLException {
    checkOpen();
    return new QuiverClob("");
  }

  @Override
  public NClob createNClob() throws SQLException {
    checkOpen();
    return new QuiverClob("");
  }

  @Override
  public SQLXML createSQLXML() throws SQLException {
    checkOpen();
    throw SqlStates.unsupported("an SQLXML");
  }

  @Override
  public Map<String, Class<?>> getTypeMap() throws SQLException {
    checkOpen();
    return new HashMap<>();
  }

  @Override
  public void setTypeMap(@Nullable Map<String, Class<?>> map) throws SQLException {
    checkOpen();
    if (map != null && !map.isEmpty()) {
      throw SqlStates.unsupported("a type map");
    }
  }

  @Override
  public void setShardingKey(ShardingKey key) throws SQLException {
    throw SqlStates.unsupported("a sharding key");
  }

  @Override
  public void setShardingKey(ShardingKey key, ShardingKey superKey) throws SQLException {
    throw SqlStates.unsupported("a sharding key");
  }

  @Override
  public boolean setShardingKeyIfValid(ShardingKey key, int timeout) throws SQLException {
    throw SqlStates.unsupported("a sharding key");
  }

  @Override
  public boolean setShardingKeyIfValid(ShardingKey key, ShardingKey superKey, int timeout)
      throws SQLException {
    throw SqlStates.unsupported("a sharding key");
  }
}
