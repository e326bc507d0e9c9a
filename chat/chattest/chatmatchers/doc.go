// Package chatmatchers provides Gomega matchers for suites that test with package chattest:
//
//	Expect(server).To(HaveReceived(chattest.SendChatMessage, Times(2), WithBody(`{"content":"At noon?","type":"text"}`)))
//	Expect(server).NotTo(HaveReceived(chattest.DeleteChatThread))
//	Expect(server).To(HaveNotified(bo, events.KindMessageReceived, HaveField("Message.Content.Message", "At noon?")))
//	Expect(thread).To(HaveMessage("At noon?", From(ana)))
//	Eventually(thread).Should(HaveParticipants(ana, bo))
//
// Failure messages show what was found instead.
//
// A parameter of type any accepts a value or a matcher for it.
//
// A thread is given as a [chat.ThreadClient], through which it is read, or as a slice of its messages or participants, as
// [chattest.Service.Messages] and [chattest.Service.Participants] return them. Reading through a client makes requests, which
// [HaveReceived] counts; these two methods make none.
package chatmatchers
