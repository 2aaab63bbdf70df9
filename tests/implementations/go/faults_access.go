package main

import "strings"

// accessFaults let the wrong requests in, or keep the right ones out.
var accessFaults = []Fault{
	{
		"unauthorized_write_stored", "auth", "",
		"a PATCH without a valid key is answered 401 and is stored all the same",
		func(s *Service) {
			next := s.authorize
			s.authorize = func(call *Call) *Answer {
				refusal := next(call)
				record := s.store.Find(strings.ToLower(call.id))
				if refusal != nil && call.writes() && record != nil {
					s.update(call, record)
				}
				return refusal
			}
		},
	},
	{
		"other_key_accepted", "auth", "",
		"the key of another store may read and change a customer",
		func(s *Service) { s.owns = func(*Call, *Record) bool { return true } },
	},
	{
		"write_without_key", "auth", "",
		"a PATCH without an Authorization header is carried out",
		func(s *Service) {
			next := s.authorize
			s.authorize = func(call *Call) *Answer {
				record := s.store.Find(strings.ToLower(call.id))
				if call.writes() && record != nil && call.request.Header.Get("Authorization") == "" {
					call.seller = record.seller
					return nil
				}
				return next(call)
			}
		},
	},
	{
		"key_with_more_accepted", "auth", "",
		"a key with further characters at its end is accepted, since only its beginning is compared",
		func(s *Service) {
			next := s.authorize
			s.authorize = func(call *Call) *Answer {
				for key := range keys {
					if header := call.request.Header.Get("Authorization"); strings.HasPrefix(header, "Bearer "+key) {
						call.request.Header.Set("Authorization", "Bearer "+key)
					}
				}
				return next(call)
			}
		},
	},
	{
		"unauthorized_without_challenge", "auth", "",
		"a 401 has no WWW-Authenticate header, which RFC 9110 section 15.5.2 demands",
		afterRefusal(func(answer *Answer, _ Object) { answer.Header.Del("WWW-Authenticate") }, unauthorized),
	},
	{
		"bearer_in_lower_case_refused", "auth", "",
		"the word Bearer must be written with a capital, although schemes have no case (RFC 9110 section 11.1)",
		func(s *Service) {
			next := s.authorize
			s.authorize = func(call *Call) *Answer {
				header := call.request.Header.Get("Authorization")
				if header != "" && !strings.HasPrefix(header, "Bearer ") {
					return s.refuse(unauthorized, "Missing or invalid API key")
				}
				return next(call)
			}
		},
	},
}
