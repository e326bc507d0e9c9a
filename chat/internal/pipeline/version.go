package pipeline

import "runtime"

// version is the version of this module.
const version = "0.1.0"

// userAgent names this library, the application in front of it.
func userAgent(applicationID string) string {
	agent := "acs-chat-go/" + version + " (" + runtime.Version() + "; " + runtime.GOOS + ")"
	if applicationID != "" {
		return applicationID + " " + agent
	}
	return agent
}
