package mirror_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	_ "modernc.org/sqlite"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/examples/mirror"
)

func TestMirror(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "chat/examples/mirror")
}

var _ = Describe("The mirror of a thread", func() {
	var path string
	var thread *chat.ThreadClient

	BeforeEach(func(ctx SpecContext) {
		path = filepath.Join(GinkgoT().TempDir(), "mirror.db")
		server := chattest.NewServer(GinkgoTB(), nil)
		client := server.Client(server.NewUser())
		created, err := client.CreateThread(ctx, "Plans", nil)
		Expect(err).NotTo(HaveOccurred())
		thread = client.ThreadClient(created.Thread.ID)
	})

	// run runs the mirror, as a process would, until the condition holds.
	run := func(ctx context.Context, condition func(db *sql.DB) any, matcher OmegaMatcher) {
		GinkgoHelper()
		db, err := sql.Open("sqlite", path)
		Expect(err).NotTo(HaveOccurred())
		db.SetMaxOpenConns(1)
		ctx, cancel := context.WithCancel(ctx)
		done := make(chan error)
		go func() { done <- mirror.Thread(ctx, db, thread) }()
		Eventually(condition).WithArguments(db).WithTimeout(30 * time.Second).Should(matcher)
		cancel()
		Expect(<-done).To(MatchError(context.Canceled))
		Expect(db.Close()).To(Succeed())
	}
	count := func(db *sql.DB) any {
		var n int
		if db.QueryRow(`SELECT count(*) FROM messages`).Scan(&n) != nil {
			return -1
		}
		return n
	}
	// rows is what the mirror has, by the id of the message.
	rows := func(db *sql.DB) any {
		got := map[string]string{}
		found, err := db.Query(`SELECT id, version, text, deleted FROM messages`)
		if err != nil {
			return err
		}
		defer func() { Expect(found.Close()).To(Succeed()) }()
		for found.Next() {
			var id, version, text string
			var deleted bool
			Expect(found.Scan(&id, &version, &text, &deleted)).To(Succeed())
			got[id] = fmt.Sprint(version, " ", text, " ", deleted)
		}
		return got
	}

	It("equals the thread, after edits, deletions and restarts", func(ctx SpecContext) {
		var ids []string
		for n := range 30 {
			sent, err := thread.SendMessage(ctx, fmt.Sprint("message ", n), nil)
			Expect(err).NotTo(HaveOccurred())
			ids = append(ids, sent.ID)
		}
		run(ctx, count, BeNumerically(">", 3)) // it may be anywhere when it is ended
		run(ctx, count, Equal(32))
		Expect(thread.UpdateMessage(ctx, ids[3], chat.MessageUpdate{Content: new("edited")})).To(Succeed())
		Expect(thread.DeleteMessage(ctx, ids[4])).To(Succeed())
		Expect(thread.UpdateTopic(ctx, "Other plans")).To(Succeed())
		want := map[string]string{}
		for m, err := range thread.ListMessages(nil).All(ctx) {
			Expect(err).NotTo(HaveOccurred())
			want[m.ID] = fmt.Sprint(m.Version, " ", m.Content.Message+m.Content.Topic, " ", !m.DeletedOn.IsZero())
		}
		run(ctx, rows, Equal(want))
		run(ctx, rows, Equal(want))
	}, NodeTimeout(2*time.Minute))
})
