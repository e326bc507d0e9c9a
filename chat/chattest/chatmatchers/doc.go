// Package chatmatchers has Gomega matchers for suites that test with package chattest. They read as sentences:
//
//	Expect(server).To(HaveReceived(chattest.SendChatMessage, Times(2), WithBody(`{"content":"At noon?","type":"text"}`)))
//	Expect(server).NotTo(HaveReceived(chattest.DeleteChatThread))
//	Expect(server).To(HaveNotified(bo, events.KindMessageReceived, HaveField("Message.Content.Message", "At noon?")))
//	Expect(thread).To(HaveMessage("At noon?", From(ana)))
//	Eventually(thread).Should(HaveParticipants(ana, bo))
//
// When they fail they say what was there instead.
//
// Where a matcher takes a value of type any, that is the value itself or a matcher for it.
//
// A thread is a [chat.ThreadClient], whose user it then is that reads, or what is known of it: a slice of its messages or its
// participants, as [chattest.Service.Messages] and [chattest.Service.Participants] have them. To read through a client is to make
// requests, which [HaveReceived] finds; those two make none.
package chatmatchers
