// Package chatmatchers has Gomega matchers for suites that test with package chattest. They read as sentences:
//
//	Expect(server).To(HaveReceived(chattest.SendChatMessage, Times(2), WithBody(`{"content":"At noon?"}`)))
//	Expect(server).NotTo(HaveReceived(chattest.DeleteChatThread))
//
// When they fail they say what was there instead.
//
// Where a matcher takes a value of type any, that is the value itself or a matcher for it.
package chatmatchers
