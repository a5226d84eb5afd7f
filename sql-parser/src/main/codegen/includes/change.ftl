/** A change whose queries may read what WITH names. */
SqlNode WithChange() :
{
    final SqlNodeList with;
    final SqlNode change;
}
{
    with = WithList()
    (
        change = SqlInsert()
    |
        change = SqlUpdate()
    |
        change = SqlDelete()
    )
    { return ((SqlChange) change).with(with); }
}

/** What comes after ON CONFLICT. */
SqlOnConflict OnConflict() :
{
    final Span s = span();
    SqlNodeList target = null;
    SqlIdentifier constraint = null;
    final SqlNodeList columns = new SqlNodeList(s.pos());
    final SqlNodeList values = new SqlNodeList(s.pos());
    SqlNode where = null;
}
{
    [
        target = ParenthesizedSimpleIdentifierList()
    |
        <ON> <CONSTRAINT> constraint = SimpleIdentifier()
    ]
    <DO>
    (
        <NOTHING>
        { return SqlOnConflict.doNothing(s.end(this), target, constraint); }
    |
        <UPDATE> <SET> Assignments(columns, values)
        [ where = Where() ]
        { return SqlOnConflict.doUpdate(s.end(this), target, constraint, columns, values, where); }
    )
}

/** What SET assigns: one column a value, or several in parentheses. */
void Assignments(SqlNodeList columns, SqlNodeList values) :
{
}
{
    Assignment(columns, values)
    ( <COMMA> Assignment(columns, values) )*
}

void Assignment(SqlNodeList columns, SqlNodeList values) :
{
    SqlIdentifier column;
    final Span s;
}
{
    column = CompoundIdentifier() { columns.add(column); }
    <EQ> AssignedValue(values)
|
    <LPAREN> { s = span(); }
    column = CompoundIdentifier() { columns.add(column); }
    ( <COMMA> column = CompoundIdentifier() { columns.add(column); } )*
    <RPAREN> <EQ> [ <ROW> ] <LPAREN>
    AssignedValue(values)
    ( <COMMA> AssignedValue(values) )*
    <RPAREN>
    {
        if (columns.size() != values.size()) {
            throw SqlChange.differentCounts(s.end(this));
        }
    }
}

void AssignedValue(SqlNodeList values) :
{
    final SqlNode value;
}
{
    (
        value = Default()
    |
        value = Expression(ExprContext.ACCEPT_SUB_QUERY)
    )
    { values.add(value); }
}

/** The rows that a change gives. */
SqlNodeList Returning() :
{
    final List<SqlNode> items = new ArrayList<SqlNode>();
    final Span s;
}
{
    <RETURNING> { s = span(); }
    AddSelectItem(items)
    ( <COMMA> AddSelectItem(items) )*
    { return new SqlNodeList(items, s.end(this)); }
}
