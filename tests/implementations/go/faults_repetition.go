package main

import (
	"html"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
)

// repetitionFaults show when requests follow one another, or when there is more than one customer.
var repetitionFaults = []Fault{
	{
		"unchanged_is_not_found", "idempotence", "",
		"a request that changes nothing is answered 404, since no document was modified",
		func(s *Service) {
			next := s.update
			s.update = func(call *Call, record *Record) *Answer {
				before := record.Read()
				answer := next(call, record)
				if answer.Status == http.StatusOK && reflect.DeepEqual(joined(before, call.patch), before) {
					return s.refuse(noCustomer, "Customer not found")
				}
				return answer
			}
		},
	},
	{
		"same_email_removed", "idempotence", "email",
		"sending the email that is stored removes it",
		afterMerge(func(before, patch, after Object) {
			if email, sent := textAt(patch, "email"); sent && before["email"] == email {
				delete(after, "email")
			}
		}),
	},
	{
		"answer_replayed", "idempotence", "",
		"a body that a customer had before is answered as it was then, and is not stored again",
		func(s *Service) {
			replay(s, func(call *Call) string { return call.id + " " + string(call.raw) }, func(*Call, *Call) bool { return true })
		},
	},
	{
		"shipping_address_lost_on_repetition", "idempotence", "shipping.address",
		"sending the shipping details that are stored once more loses their address",
		afterMerge(func(before, patch, after Object) {
			if sent, ok := patch["shipping"]; ok && reflect.DeepEqual(sent, before["shipping"]) {
				drop(after, "shipping.address")
			}
		}),
	},
	{
		"company_escaped_again", "idempotence", "companyName",
		"each write escapes & < > and quotes of the stored companyName for HTML, sent or not",
		afterMerge(func(_, _, after Object) {
			if company, ok := textAt(after, "companyName"); ok {
				after["companyName"] = html.EscapeString(company)
			}
		}),
	},
	{
		"address_stored_for_everyone", "isolation", "address",
		"an address that is sent for one customer is stored for the others, too",
		afterUpdate(func(s *Service, call *Call, _ *Record, answer *Answer) *Answer {
			address, sent := objectAt(call.patch, "address")
			for _, other := range s.store.Others(call.id) {
				if sent && answer.Status == http.StatusOK {
					other.Write(func(before Object) Object { return joined(before, Object{"address": address}) })
				}
			}
			return answer
		}),
	},
	{
		"stripe_id_of_other", "isolation", "",
		"the answer to a PATCH shows the stripeCustomerId of another customer",
		showing(true, false, func(s *Service, call *Call, data Object) {
			data["stripeCustomerId"] = s.store.Others(call.id)[0].Read()["stripeCustomerId"]
		}),
	},
	{
		"read_shows_last_written", "isolation", "",
		"GET shows the customer that was written last, whichever is asked for",
		func(s *Service) {
			var last atomic.Value
			next := s.show
			s.show = func(call *Call, customer Object) Object {
				if call.writes() {
					last.Store(cloneObject(customer))
				} else if written, ok := last.Load().(Object); ok {
					customer = cloneObject(written)
				}
				return next(call, customer)
			}
		},
	},
	{
		"answer_replayed_for_other", "isolation", "",
		"a body that another customer had before gets the answer of then, and is not stored",
		func(s *Service) {
			replay(s, func(call *Call) string { return string(call.raw) }, func(now, then *Call) bool { return now.id != then.id })
		},
	},
	{
		"shipping_address_of_other", "isolation", "shipping.address",
		"shipping without an address gets the shipping address of another customer",
		afterUpdate(func(s *Service, call *Call, record *Record, answer *Answer) *Answer {
			address, had := lookup(s.store.Others(call.id)[0].Read(), "shipping.address")
			_, sent := call.patch["shipping"]
			_, complete := lookup(call.patch, "shipping.address")
			if answer.Status != http.StatusOK || !sent || complete || !had {
				return answer
			}
			_, after := record.Write(func(before Object) Object {
				put(before, "shipping.address", address)
				return before
			})
			return found(s.show(call, after))
		}),
	},
}

type exchange struct {
	call   *Call
	answer *Answer
}

// replay answers a call as one of the same key was answered, if the two are to be taken for one.
func replay(s *Service, key func(*Call) string, same func(now, then *Call) bool) {
	var lock sync.Mutex
	past := map[string]exchange{}
	next := s.update
	s.update = func(call *Call, record *Record) *Answer {
		lock.Lock()
		defer lock.Unlock()
		if refusal := s.readBody(call); refusal != nil {
			return refusal
		}
		if then, known := past[key(call)]; known && same(call, then.call) {
			return then.answer
		}
		rewind(call)
		answer := next(call, record)
		if answer.Status == http.StatusOK {
			past[key(call)] = exchange{call, answer}
		}
		return answer
	}
}
