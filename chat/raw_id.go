package chat

import "strings"

const anonymousNumber = "anonymous"

// ParseRawID returns the identifier with a raw id. It never fails: a raw id that it does not know, such as "", is an
// [UnknownIdentifier]. RawID of the result returns rawID unchanged. The cloud is the public one unless rawID contains another.
func ParseRawID(rawID string) Identifier {
	if number, ok := strings.CutPrefix(rawID, "4:"); ok {
		return PhoneNumber{Number: number}
	}
	parts := strings.Split(rawID, ":")
	if len(parts) != 3 {
		return UnknownIdentifier{ID: rawID}
	}
	id := parts[2]
	switch parts[0] + ":" + parts[1] {
	case "8:orgid":
		return MicrosoftTeamsUser{UserID: id}
	case "8:dod":
		return MicrosoftTeamsUser{UserID: id, Cloud: CloudDoD}
	case "8:gcch":
		return MicrosoftTeamsUser{UserID: id, Cloud: CloudGCCH}
	case "8:teamsvisitor":
		return MicrosoftTeamsUser{UserID: id, IsAnonymous: true}
	case "28:orgid":
		return MicrosoftTeamsApp{AppID: id}
	case "28:dod":
		return MicrosoftTeamsApp{AppID: id, Cloud: CloudDoD}
	case "28:gcch":
		return MicrosoftTeamsApp{AppID: id, Cloud: CloudGCCH}
	case "8:acs":
		return userOrExtension(rawID, id, CloudPublic)
	case "8:dod-acs":
		return userOrExtension(rawID, id, CloudDoD)
	case "8:gcch-acs":
		return userOrExtension(rawID, id, CloudGCCH)
	case "8:spool":
		return CommunicationUser{ID: rawID}
	}
	return UnknownIdentifier{ID: rawID}
}

// userOrExtension distinguishes two kinds with the same prefix: the id of an extension user has exactly three parts.
func userOrExtension(rawID, id string, cloud Cloud) Identifier {
	parts := strings.Split(id, "_")
	if len(parts) != 3 {
		return CommunicationUser{ID: rawID}
	}
	return TeamsExtensionUser{ResourceID: parts[0], TenantID: parts[1], UserID: parts[2], Cloud: cloud}
}

func assertedID(number string) string {
	if i := strings.LastIndexByte(number, '_'); i >= 0 {
		return number[i+1:]
	}
	return ""
}

func teamsUserRawID(u MicrosoftTeamsUser) string {
	if u.IsAnonymous {
		return "8:teamsvisitor:" + u.UserID
	}
	return "8:" + teamsCloudPrefix(u.Cloud) + ":" + u.UserID
}

func teamsCloudPrefix(cloud Cloud) string {
	switch cloud {
	case CloudDoD, CloudGCCH:
		return string(cloud)
	}
	return "orgid"
}

func extensionRawID(u TeamsExtensionUser) string {
	prefix := "8:acs:"
	switch u.Cloud {
	case CloudDoD, CloudGCCH:
		prefix = "8:" + string(u.Cloud) + "-acs:"
	}
	return prefix + u.ResourceID + "_" + u.TenantID + "_" + u.UserID
}
