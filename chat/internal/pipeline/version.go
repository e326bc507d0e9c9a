package pipeline

import (
	"runtime"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// version is the version of this module.
const version = "0.1.0"

// userAgent is the User-Agent of this library, after the application id in azcore's form. It is empty if telemetry is disabled.
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
