package flags

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"
)

// Count is a number that is not negative.
type Count int

func (c *Count) String() string { return strconv.Itoa(int(*c)) }

// Type implements pflag.Value.
func (c *Count) Type() string { return "N" }

// Set implements pflag.Value.
func (c *Count) Set(text string) error {
	n, err := strconv.Atoi(text)
	switch {
	case errors.Is(err, strconv.ErrRange) && n > 0:
		return errors.New("it is too large")
	case err != nil || n < 0:
		return errors.New("must be a whole number, 0 or more")
	}
	*c = Count(n)
	return nil
}

// AddPaging adds --limit and --page-size.
func AddPaging(cmd *cobra.Command, limit, pageSize *int) {
	cmd.Flags().Var((*Count)(limit), "limit", "list at most `N`; 0 lists all")
	cmd.Flags().Var((*Count)(pageSize), "page-size", "at most `N` per request; 0 uses the default of the service")
}
