package pipeline

import (
	"runtime"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// version is the version of this module.
const version = "0.1.0"

// userAgent names this library, the application in front of it as azcore would write that. Disabled: nothing at all.
func userAgent(o policy.TelemetryOptions) string {
	if o.Disabled {
		return ""
	}
	agent := "acs-chat-go/" + version + " (" + runtime.Version() + "; " + runtime.GOOS + ")"
	application := strings.Join(strings.Fields(LogLine(o.ApplicationID)), "/")
	if application == "" {
		return agent
	}
	return application[:min(len(application), 24)] + " " + agent
}
