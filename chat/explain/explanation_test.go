package explain_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/explain"
)

func TestExplain(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "explain")
}

var _ = Describe("Explanation", func() {
	two := explain.Explanation{Causes: []explain.Cause{
		{Kind: explain.TokenExpired, What: "the token has expired", Evidence: "it ended an hour ago", Fix: "fetch a new one"},
		{Kind: explain.Clock, What: "the clock is off"},
	}}

	It("is a numbered list of causes", func() {
		Expect(two.String()).To(Equal("1. the token has expired\n   evidence: it ended an hour ago\n   fix: fetch a new one\n2. the clock is off"))
	})

	It("is a group for each cause in a log", func(ctx SpecContext) {
		var line bytes.Buffer
		slog.New(slog.NewJSONHandler(&line, nil)).InfoContext(ctx, "refused", "why", two, "why not", explain.Explanation{})
		var record map[string]any
		Expect(json.Unmarshal(line.Bytes(), &record)).To(Succeed())
		Expect(record["why"]).To(Equal(map[string]any{
			"1": map[string]any{"kind": "tokenExpired", "what": "the token has expired", "evidence": "it ended an hour ago", "fix": "fetch a new one"},
			"2": map[string]any{"kind": "clock", "what": "the clock is off", "evidence": "", "fix": ""},
		}))
		Expect(record).NotTo(HaveKey("why not"))
	})
})
