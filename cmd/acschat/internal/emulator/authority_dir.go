package emulator

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
)

// authorityDirVariable stands for --ca-dir.
const authorityDirVariable = "ACSCHAT_EMULATOR_CA_DIR"

// authorityPlace is where the authority is kept, and the hosts it must be able to sign for, as flags say.
type authorityPlace struct {
	dir   string
	hosts []string
}

func (a *authorityPlace) addFlags(f *pflag.FlagSet) {
	f.Var((*flags.Filled)(&a.dir), "ca-dir", "`DIR` for the certificate authority and its key [$"+authorityDirVariable+"]; other users can read the certificate there (default: acschat/emulator in the directory for your configuration)")
	f.StringArrayVar(&a.hosts, "host", nil, "further `NAME` of this machine, such as that of a container; the connection string has the first one,\nand the page is for other machines, too")
}

// check rejects invalid hosts.
func (a *authorityPlace) check() error {
	for _, host := range a.hosts {
		if !isHostName(host) {
			return cli.Misuse("--host must be a name or an address without a port, not %q", host)
		}
	}
	return nil
}

// open returns the directory, and creates it if necessary. By default it is in the configuration of the user, so that the authority is
// trusted once. It is instead for a user without one, as in some containers; "" is an error then.
func (a *authorityPlace) open(p cli.Process, instead string) (string, error) {
	dir := cmp.Or(a.dir, p.Getenv(authorityDirVariable))
	if dir == "" {
		config := userConfig(p)
		switch {
		case config != "":
			dir = filepath.Join(config, "acschat", "emulator")
		case instead != "":
			return instead, nil
		default:
			return "", cli.Misuse("there is no directory for your configuration: --ca-dir DIR names one for the certificate authority")
		}
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", fmt.Errorf("%w; --ca-dir DIR keeps the certificate authority in another directory", err)
	}
	return dir, nil
}

// userConfig returns the directory for the configuration of the user; "" if there is none.
func userConfig(p cli.Process) string {
	if p.ConfigDir == nil {
		return ""
	}
	dir, err := p.ConfigDir()
	if err != nil {
		return ""
	}
	return dir
}
