package chattest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
)

// clouds lists the clouds whose ids the service knows.
func clouds() []chat.Cloud {
	return []chat.Cloud{chat.CloudPublic, chat.CloudDoD, chat.CloudGCCH}
}

// checkCloud refuses a cloud whose ids are not known.
func checkCloud(cloud chat.Cloud) error {
	if slices.Contains(clouds(), cloud) {
		return nil
	}
	return fmt.Errorf("chattest: there is no cloud %q; it is %q, %q or %q", cloud, chat.CloudPublic, chat.CloudDoD, chat.CloudGCCH)
}

// userPrefix is the prefix of the user ids of a cloud.
func userPrefix(cloud chat.Cloud) string {
	if cloud == chat.CloudPublic {
		return "8:acs:"
	}
	return "8:" + string(cloud) + "-acs:"
}

// threadPrefix is the prefix of the thread ids of a cloud.
func threadPrefix(cloud chat.Cloud) string {
	if cloud == chat.CloudPublic {
		return "19:"
	}
	return "19:" + string(cloud) + ":"
}

// cutUserPrefix returns what follows the prefix of a user id. It reports false for an id that has none.
func cutUserPrefix(id string) (rest string, ok bool) {
	for _, cloud := range clouds() {
		if rest, ok = strings.CutPrefix(id, userPrefix(cloud)); ok {
			return rest, true
		}
	}
	return "", false
}
