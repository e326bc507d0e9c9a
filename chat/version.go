package chat

import "runtime"

// version is the version of this module. It is sent in the User-Agent.
const version = "0.1.0"

// apiVersion is the version of the chat API that the client speaks unless ClientOptions.APIVersion says otherwise.
const apiVersion = "2025-03-15"

// userAgent names this library and not Microsoft's, which azcore's own telemetry would pass it off as.
func userAgent(applicationID string) string {
	agent := "acs-chat-go/" + version + " (" + runtime.Version() + "; " + runtime.GOOS + ")"
	if applicationID != "" {
		return applicationID + " " + agent
	}
	return agent
}
