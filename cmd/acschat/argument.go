package main

// object is what a command works on: its argument, or the flag that az has in its place.
func object(args []string, flag, value string) (string, error) {
	switch {
	case len(args) > 0 && value != "":
		return "", misuse("%q and --%s both name one: choose", args[0], flag)
	case len(args) > 0:
		return args[0], nil
	case value != "":
		return value, nil
	}
	return "", misuse("which one? Name it as the argument or with --%s", flag)
}
