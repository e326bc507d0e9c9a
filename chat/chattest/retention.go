package chattest

import "github.com/acschat/acs-chat-go/gen/chatapi"

// The limits of a retention policy in days.
const (
	minRetentionDays = 30
	maxRetentionDays = 90
)

// retention is a policy in the form of the service.
type retention chatapi.ChatRetentionPolicy

// checked returns the policy to store. Nil, for an absent or null member, becomes the kind none. It refuses a policy without a kind, of an
// unknown kind, or with days out of range.
func (p *retention) checked() (retention, error) {
	if p == nil {
		return retention{Kind: chatapi.RetentionPolicyKindNone}, nil
	}
	switch p.Kind {
	case chatapi.RetentionPolicyKindNone:
		return retention{Kind: p.Kind}, nil
	case chatapi.RetentionPolicyKindThreadCreationDate:
		if days := p.DeleteThreadAfterDays; days != nil && *days >= minRetentionDays && *days <= maxRetentionDays {
			return *p, nil
		}
	}
	return retention{}, badRequest()
}

// optionalRetention is the policy member of a merge patch.
type optionalRetention struct {
	present bool
	policy  *retention // nil for null
}

// UnmarshalJSON is called for null too.
func (p *optionalRetention) UnmarshalJSON(data []byte) error {
	p.present = true
	return decode(data, &p.policy)
}
