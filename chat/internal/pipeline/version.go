package pipeline

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const module = "github.com/acschat/acs-chat-go"

// version returns the version of this module in the program, "0.0.0-devel" if it was built from a working copy.
var version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return moduleVersion(nil)
	}
	return moduleVersion(append(info.Deps, &info.Main))
})

func moduleVersion(modules []*debug.Module) string {
	const none = "0.0.0-devel"
	i := slices.IndexFunc(modules, func(m *debug.Module) bool { return m.Path == module })
	if i < 0 {
		return none
	}
	built := modules[i]
	if built.Replace != nil {
		built = built.Replace
	}
	if built.Version == "(devel)" {
		return none
	}
	return cmp.Or(strings.TrimPrefix(built.Version, "v"), none)
}

// userAgent is the User-Agent of this library, after the application id in azcore's form. It is empty if telemetry is disabled.
func userAgent(o policy.TelemetryOptions) string {
	if o.Disabled {
		return ""
	}
	agent := "acs-chat-go/" + version() + " (" + runtime.Version() + "; " + runtime.GOOS + ")"
	application := strings.Join(strings.Fields(LogLine(o.ApplicationID)), "/")
	if application == "" {
		return agent
	}
	return application[:min(len(application), 24)] + " " + agent
}
