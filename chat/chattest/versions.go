package chattest

import (
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// versions lists the versions of the operation in the form of api-supported-versions. For a request that calls no operation they are
// those of its API.
func (o Operation) versions(identity bool) string {
	versions := operations.ChatVersions()
	if published, ok := o.published(); ok {
		versions = published.Versions
	} else if identity {
		versions = operations.IdentityVersions()
	} else if o == GetRealtimeConfiguration {
		versions = append(versions, realtimeConfigurationVersion)
	}
	return strings.Join(versions, ", ")
}

// isVersion reports whether a text has the form of an api-version: a date, with or without "-preview" and a number.
func isVersion(text string) bool {
	date, preview, isPreview := strings.Cut(text, "-preview")
	_, err := time.Parse(time.DateOnly, date)
	return err == nil && (!isPreview || strings.Trim(preview, "0123456789") == "")
}
