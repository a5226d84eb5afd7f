/** JSON, BYTEA, TIMESTAMPTZ and INT2: types that Calcite's grammar lacks, or has by another name. */
SqlTypeNameSpec ScalarType() :
{
    final SqlType type;
}
{
    (
        ( <JSON> | <JSONB> ) { type = SqlType.JSON; }
    |
        <BYTEA> { type = SqlType.VARBINARY; }
    |
        <TIMESTAMPTZ> { type = SqlType.TIMESTAMP_TZ; }
    |
        <INT2> { type = SqlType.SMALLINT; }
    )
    { return new SqlScalarTypeNameSpec(type, getPos()); }
}

/** INTERVAL '1 day 2 hours', which IntervalText has told from INTERVAL '1' DAY. */
SqlNode TextInterval() :
{
    final Span s;
}
{
    <TEXT_INTERVAL> { s = span(); }
    <QUOTED_STRING>
    {
        return SqlLiteral.createUnknown(
            IntervalText.TAG, SqlParserUtil.parseString(token.image), s.end(this));
    }
}

/** The local time of an instant in a zone, or the instant of a local time. */
void AtTimeZone(List<Object> list, ExprContext exprContext, Span s) :
{
}
{
    <AT> <TIME> <ZONE>
    {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(ScalarOperators.AT_TIME_ZONE, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}

/** A member or an element of a JSON value, as JSON and as text, and what an array holds. */
void JsonOrArray(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlOperator operator;
}
{
    (
        <LAMBDA> { operator = ScalarOperators.JSON_MEMBER; }
    |
        <JSON_TEXT> { operator = ScalarOperators.JSON_MEMBER_TEXT; }
    |
        <JSON_PATH> { operator = ScalarOperators.JSON_PATH; }
    |
        <JSON_PATH_TEXT> { operator = ScalarOperators.JSON_PATH_TEXT; }
    |
        <HOLDS> { operator = ScalarOperators.HOLDS; }
    |
        <HELD_BY> { operator = ScalarOperators.HELD_BY; }
    |
        <SHARES> { operator = ScalarOperators.SHARES; }
    )
    {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(operator, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}
