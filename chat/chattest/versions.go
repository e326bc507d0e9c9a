package chattest

import (
	"strings"
	"time"
)

// The versions of the APIs that the service says it supports. An operation that came later than the others leaves out
// what came before it; typing leaves out the first for no reason known.
const (
	chatVersions   = "2021-03-07, " + typingVersions
	typingVersions = "2021-04-05-preview6, 2021-09-07, 2023-04-01-preview, 2023-07-01-preview, 2023-11-07, 2023-11-15-preview, " +
		"2024-03-01-preview, 2024-03-07, 2024-03-15-preview, 2024-06-05-preview, 2025-03-15"

	identityVersions       = "2020-07-20-preview2, 2021-03-07, 2021-10-31-preview, 2021-11-01, 2022-06-01, 2022-10-01, 2023-10-01, " + teamsExtensionVersions
	teamsUserVersions      = "2021-10-31-preview, 2022-06-01, 2022-10-01, 2023-10-01, " + teamsExtensionVersions
	teamsExtensionVersions = entraVersion + ", 2025-06-30, 2026-07-22, 2026-09-23"
	entraVersion           = "2025-03-02-preview"
)

// versions lists the versions that have the operation, as the service writes them. For what is no operation they are those
// of one API or the other.
func (o Operation) versions(identity bool) string {
	switch o {
	case SendTypingNotification:
		return typingVersions
	case ExchangeTeamsUserToken:
		return teamsUserVersions
	case ExchangeTeamsExtensionToken, GetTeamsExtensionAssignment, UpsertTeamsExtensionAssignment, DeleteTeamsExtensionAssignment:
		return teamsExtensionVersions
	case ExchangeEntraToken:
		return entraVersion
	}
	if identity {
		return identityVersions
	}
	return chatVersions
}

// supports reports whether a version has the operation. Typing was part of the first version of chat, whatever it says.
func (o Operation) supports(version string, identity bool) bool {
	versions := o.versions(identity)
	if o == SendTypingNotification {
		versions = chatVersions
	}
	for v := range strings.SplitSeq(versions, ", ") {
		if v == version {
			return true
		}
	}
	return false
}

// isVersion reports whether a text has the form of an api-version: a date, with or without "-preview" and a number.
func isVersion(text string) bool {
	date, preview, isPreview := strings.Cut(text, "-preview")
	_, err := time.Parse(time.DateOnly, date)
	return err == nil && (!isPreview || strings.Trim(preview, "0123456789") == "")
}
