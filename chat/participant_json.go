package chat

import (
	"github.com/acschat/acs-chat-go/chat/internal/errorbody"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

func (p Participant) MarshalJSON() ([]byte, error) { return marshal[Participant](participantForm(p)) }

func (p *Participant) UnmarshalJSON(data []byte) error { return unmarshal(data, p, participant) }

func (f FailedParticipant) MarshalJSON() ([]byte, error) {
	return marshal[FailedParticipant](failureForm(f))
}

func (f *FailedParticipant) UnmarshalJSON(data []byte) error { return unmarshal(data, f, failure) }

func (r ReadReceipt) MarshalJSON() ([]byte, error) {
	return marshal[ReadReceipt](chatapi.ChatMessageReadReceipt{
		SenderCommunicationIdentifier: value(identifierForm(r.Sender)), ChatMessageID: r.MessageID, ReadOn: r.ReadOn.UTC(),
	})
}

func (r *ReadReceipt) UnmarshalJSON(data []byte) error { return unmarshal(data, r, readReceipt) }

func participantForm(p Participant) chatapi.ChatParticipant {
	return chatapi.ChatParticipant{
		CommunicationIdentifier: value(identifierForm(p.Identifier)), DisplayName: wireText(p.DisplayName),
		ShareHistoryTime: timeForm(p.ShareHistoryTime), Metadata: metadata(p.Metadata),
	}
}

func participantForms(participants []Participant) []chatapi.ChatParticipant {
	var forms []chatapi.ChatParticipant
	for _, p := range participants {
		forms = append(forms, participantForm(p))
	}
	return forms
}

func failureForm(f FailedParticipant) chatapi.CommunicationError {
	form := errorForm(value(f.Err))
	if form.Target == nil && f.Participant.Identifier != nil {
		form.Target = wireText(f.Participant.Identifier.RawID())
	}
	return form
}

func failureForms(failed []FailedParticipant) []chatapi.CommunicationError {
	var forms []chatapi.CommunicationError
	for _, f := range failed {
		forms = append(forms, failureForm(f))
	}
	return forms
}

func errorForm(e Error) chatapi.CommunicationError {
	form := chatapi.CommunicationError{Code: e.Code, Message: e.Message, Target: wireText(e.Target)}
	for _, detail := range e.Details {
		form.Details = append(form.Details, errorForm(value(detail)))
	}
	if e.InnerError != nil {
		form.InnerError = new(errorForm(*e.InnerError))
	}
	return form
}

// failure reads an error about one participant.
func failure(w errorbody.Error) FailedParticipant {
	err := toError(w)
	err.operation = "chat: add participant"
	return FailedParticipant{Err: err, Participant: Participant{Identifier: ParseRawID(err.Target)}}
}
