package emulator

import (
	"errors"

	"github.com/acschat/acs-chat-go/chat"
)

const publicCloud = "public"

// cloud is the value of --cloud.
type cloud chat.Cloud

func (c *cloud) Type() string { return "CLOUD" }

func (c *cloud) String() string {
	if chat.Cloud(*c) == chat.CloudPublic {
		return publicCloud
	}
	return string(*c)
}

func (c *cloud) Set(text string) error {
	switch text {
	case publicCloud:
		*c = cloud(chat.CloudPublic)
	case string(chat.CloudGCCH), string(chat.CloudDoD):
		*c = cloud(text)
	default:
		return errors.New("must be public, gcch (US government) or dod (US department of defense)")
	}
	return nil
}
