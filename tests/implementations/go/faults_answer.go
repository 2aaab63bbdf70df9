package main

import (
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// answerFaults are in the answers alone: what is stored is right.
var answerFaults = []Fault{
	{
		"answer_before_write", "response", "",
		"the answer to a PATCH shows the customer as it was before",
		func(s *Service) {
			next := s.update
			s.update = func(call *Call, record *Record) *Answer {
				before := record.Read()
				answer := next(call, record)
				if answer.Status == http.StatusOK {
					return found(s.show(call, before))
				}
				return answer
			}
		},
	},
	{
		"read_stale_after_shipping", "response", "shipping",
		"GET is answered from a cache that a request with shipping alone does not empty",
		func(s *Service) {
			staleReads(s, func(patch Object) bool { return len(patch) == 1 && patch["shipping"] != nil })
		},
	},
	{
		"created_at_in_local_time", "response", "",
		"createdAt in the answer to a PATCH is two hours ahead, yet marked as UTC",
		showing(true, false, func(_ *Service, _ *Call, data Object) {
			if moment, err := time.Parse(time.RFC3339, data["createdAt"].(string)); err == nil {
				data["createdAt"] = moment.Add(2 * time.Hour).Format(stampForm)
			}
		}),
	},
	{
		"read_shows_address_twice", "response", "shipping.address",
		"GET shows the address of the customer as the one within shipping",
		showing(false, true, func(_ *Service, _ *Call, data Object) {
			if address, ok := objectAt(data, "address"); ok {
				put(data, "shipping.address", cloneObject(address))
			}
		}),
	},
	{
		"unknown_customer_created", "response", "",
		"a PATCH to an id that no customer has creates a customer and is answered 200",
		func(s *Service) {
			next := s.find
			s.find = func(call *Call) (*Record, *Answer) {
				record, refusal := next(call)
				if call.writes() && idForm.MatchString(call.id) && s.store.Find(strings.ToLower(call.id)) == nil {
					created := time.Now().UTC().Format(stampForm)
					id := strings.ToLower(call.id)
					return s.store.Add(Object{"id": id, "sellerId": call.seller, "createdAt": created, "updatedAt": created}), nil
				}
				return record, refusal
			}
		},
	},
	{
		"answer_as_text", "negotiation", "",
		"the answer to a PATCH that succeeds is marked text/plain",
		afterUpdate(func(_ *Service, _ *Call, _ *Record, answer *Answer) *Answer {
			if answer.Status == http.StatusOK {
				answer.Header.Set("Content-Type", "text/plain; charset=utf-8")
			}
			return answer
		}),
	},
	{
		"charset_parameter_refused", "negotiation", "",
		"a Content-Type of application/json with a charset, even utf-8, is answered 415",
		func(s *Service) {
			next := s.mediaType
			s.mediaType = func(call *Call) *Answer {
				if strings.Contains(strings.ToLower(call.request.Header.Get("Content-Type")), "charset") {
					return s.refuse(wrongMediaType, "The request body must be application/json")
				}
				return next(call)
			}
		},
	},
	{
		"answer_in_latin1", "negotiation", "",
		"characters up to U+00FF are answered as single bytes, so that the JSON is not UTF-8",
		func(s *Service) {
			next := s.encode
			s.encode = func(value any) []byte { return latin1(next(value)) }
		},
	},
}

// staleReads answers GET from a cache that a write empties unless its patch is overlooked.
func staleReads(s *Service, overlooked func(patch Object) bool) {
	var cache sync.Map
	read, update := s.read, s.update
	s.read = func(call *Call, record *Record) *Answer {
		answer, _ := cache.LoadOrStore(call.id, read(call, record))
		return answer.(*Answer)
	}
	s.update = func(call *Call, record *Record) *Answer {
		answer := update(call, record)
		if answer.Status == http.StatusOK && !overlooked(call.patch) {
			cache.Delete(call.id)
		}
		return answer
	}
}

func latin1(text []byte) []byte {
	var single []byte
	for _, char := range string(text) {
		if char <= 0xFF {
			single = append(single, byte(char))
		} else {
			single = utf8.AppendRune(single, char)
		}
	}
	return single
}
