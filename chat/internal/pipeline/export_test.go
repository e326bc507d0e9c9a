package pipeline

// What the specs use of the package.
var (
	AsksForMore = asksForMore
	AsksNothing = asksNothing
)
