/** A vector type: VECTOR, VECTOR(3), VECTOR(3, FLOAT32), HALFVEC(3) or BIT(3). */
SqlTypeNameSpec VectorType() :
{
    final Span s;
    final String name;
    int dimension = 0;
    SqlIdentifier element = null;
}
{
    <VECTOR> { s = span(); }
    [
        <LPAREN> dimension = UnsignedIntLiteral()
        [
            <COMMA>
            (
                <BINARY> { element = new SqlIdentifier("binary", getPos()); }
            |
                element = SimpleIdentifier()
            )
        ]
        <RPAREN> { return SqlVectorTypeNameSpec.of(dimension, element, s.end(this)); }
    ]
    { return SqlVectorTypeNameSpec.anyDimension(s.end(this)); }
|
    (
        <HALFVEC> { s = span(); name = "float16"; }
    |
        <BIT> { s = span(); name = "binary"; }
    )
    [
        <LPAREN> dimension = UnsignedIntLiteral() <RPAREN>
        { return SqlVectorTypeNameSpec.of(dimension, name, s.end(this)); }
    ]
    { return SqlVectorTypeNameSpec.anyDimension(name, s.end(this)); }
}

/** Other databases' names of types that Calcite knows under another one. */
SqlTypeNameSpec AliasType() :
{
    final SqlTypeName name;
}
{
    (
        ( <TEXT> | <STRING> ) { name = SqlTypeName.VARCHAR; }
    |
        <BOOL> { name = SqlTypeName.BOOLEAN; }
    |
        <INT4> { name = SqlTypeName.INTEGER; }
    |
        <INT8> { name = SqlTypeName.BIGINT; }
    |
        <FLOAT4> { name = SqlTypeName.REAL; }
    |
        <FLOAT8> { name = SqlTypeName.DOUBLE; }
    )
    { return new SqlBasicTypeNameSpec(name, getPos()); }
}

/** VECTOR '[1,2,3]' is a cast; the string inside keeps its own position. */
SqlNode VectorLiteral() :
{
    final Span s;
    final SqlNode text;
}
{
    <VECTOR> { s = span(); }
    <QUOTED_STRING>
    {
        text = SqlLiteral.createCharString(SqlParserUtil.parseString(token.image), getPos());
        return SqlStdOperatorTable.CAST.createCall(
            s.end(this),
            text,
            new SqlDataTypeSpec(SqlVectorTypeNameSpec.anyDimension(s.pos()), s.pos()));
    }
}

/** B'101' is a binary vector of as many dimensions. */
SqlNode BitLiteral() :
{
    final String image;
}
{
    <BIT_STRING>
    {
        image = token.image;
        return SqlStdOperatorTable.CAST.createCall(
            getPos(),
            SqlLiteral.createCharString(image.substring(2, image.length() - 1), getPos()),
            new SqlDataTypeSpec(SqlVectorTypeNameSpec.anyDimension("binary", getPos()), getPos()));
    }
}

/** The cast that PostgreSQL writes x::type. */
void InfixCast(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlDataTypeSpec type;
}
{
    <INFIX_CAST> { checkNonQueryExpression(exprContext); }
    type = DataType()
    {
        list.add(new SqlParserUtil.ToTreeListItem(SqlLibraryOperators.INFIX_CAST, s.pos()));
        list.add(type);
    }
}

/** A distance between two vectors. */
void Distance(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlOperator operator;
}
{
    (
        <L2> { operator = VectorOperators.L2; }
    |
        <COSINE> { operator = VectorOperators.COSINE; }
    |
        <NEGATIVE_INNER_PRODUCT> { operator = VectorOperators.NEGATIVE_INNER_PRODUCT; }
    |
        <L1> { operator = VectorOperators.L1; }
    |
        <HAMMING> { operator = VectorOperators.HAMMING; }
    |
        <JACCARD> { operator = VectorOperators.JACCARD; }
    )
    {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(operator, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}
