// Package links follows the links of listings.
package links

// Circle detects repeated links without keeping all of them: in Brent's algorithm one link is kept, and replaced at powers of two. The zero
// value is one that starts at the first page, whose link is "".
type Circle struct {
	held        string
	seen, limit int
}

// From returns a Circle that starts at a link.
func From(link string) Circle { return Circle{held: link} }

// Closed takes the next link, and reports whether it is known to have been followed before. It does so at the latest when a circle was
// followed three times.
func (c *Circle) Closed(link string) bool {
	if link == c.held {
		return true
	}
	if c.seen++; c.seen > c.limit {
		c.held, c.seen, c.limit = link, 0, 2*c.limit+1
	}
	return false
}
