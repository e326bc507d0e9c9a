package chattest

import "github.com/acschat/acs-chat-go/gen/chatapi"

// The days that a retention policy may name.
const (
	minRetentionDays = 30
	maxRetentionDays = 90
)

// retention is a policy as it is served, its members in the order of the service. The zero value is absent or null,
// which means none.
type retention chatapi.ChatRetentionPolicy

// checked refuses a policy that is none of the known ones.
func (p retention) checked() (retention, error) {
	switch p.Kind {
	case "", chatapi.RetentionPolicyKindNone:
		return retention{Kind: chatapi.RetentionPolicyKindNone}, nil
	case chatapi.RetentionPolicyKindThreadCreationDate:
		if days := p.DeleteThreadAfterDays; days != nil && *days >= minRetentionDays && *days <= maxRetentionDays {
			return p, nil
		}
	}
	return p, badRequest()
}

// optionalRetention is the policy member of a merge patch.
type optionalRetention struct {
	present bool
	retention
}

// UnmarshalJSON is called for null, too.
func (p *optionalRetention) UnmarshalJSON(data []byte) error {
	p.present = true
	return decode(data, &p.retention)
}
