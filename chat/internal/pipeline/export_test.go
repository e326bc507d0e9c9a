package pipeline

import "context"

// What the specs use of the package.
var (
	AsksNothing = asksNothing
)

// AsksForMore tells whether a context holds what one of azcore's policies is for.
func AsksForMore(ctx context.Context) (bool, error) {
	keys, err := collectContextKeys()
	return keys.in(ctx), err
}
