package main

// The places where faults and variants act: each wraps one step of the service.

// beforeCheck acts on a body before it is judged.
func beforeCheck(act func(body Object)) func(*Service) {
	return func(s *Service) {
		next := s.problems
		s.problems = func(body Object) []Problem {
			act(body)
			return next(body)
		}
	}
}

// beforeMerge acts on a patch that is valid, before it is stored.
func beforeMerge(act func(before, patch Object)) func(*Service) {
	return func(s *Service) {
		next := s.merge
		s.merge = func(call *Call, before, patch Object) Object {
			act(before, patch)
			return next(call, before, patch)
		}
	}
}

// afterMerge acts on what is about to be stored.
func afterMerge(act func(before, patch, after Object)) func(*Service) {
	return func(s *Service) {
		next := s.merge
		s.merge = func(call *Call, before, patch Object) Object {
			after := next(call, cloneObject(before), patch)
			act(before, patch, after)
			return after
		}
	}
}

// storing alters a text that was sent at a path before it is stored.
func storing(path string, alter func(string) string) func(*Service) {
	return beforeMerge(func(_, patch Object) {
		if text, ok := textAt(patch, path); ok {
			put(patch, path, alter(text))
		}
	})
}

// showing acts on a customer in an answer to PATCH or, if reads, to GET.
func showing(writes, reads bool, act func(s *Service, call *Call, data Object)) func(*Service) {
	return func(s *Service) {
		next := s.show
		s.show = func(call *Call, customer Object) Object {
			data := next(call, customer)
			if call.writes() && writes || !call.writes() && reads {
				act(s, call, data)
			}
			return data
		}
	}
}

// afterUpdate may replace the answer to a PATCH.
func afterUpdate(act func(s *Service, call *Call, record *Record, answer *Answer) *Answer) func(*Service) {
	return func(s *Service) {
		next := s.update
		s.update = func(call *Call, record *Record) *Answer {
			return act(s, call, record, next(call, record))
		}
	}
}

// afterRefusal acts on the answers of some reasons; of all reasons if none is named.
func afterRefusal(act func(answer *Answer, body Object), reasons ...Reason) func(*Service) {
	return func(s *Service) {
		next := s.refuse
		s.refuse = func(reason Reason, message string, problems ...Problem) *Answer {
			answer := next(reason, message, problems...)
			if body, ok := answer.Body.(Object); ok && (len(reasons) == 0 || oneOf(reason, reasons)) {
				act(answer, body)
			}
			return answer
		}
	}
}

func oneOf[T comparable](value T, values []T) bool {
	for _, one := range values {
		if one == value {
			return true
		}
	}
	return false
}

func textAt(o Object, path string) (string, bool) {
	value, _ := lookup(o, path)
	text, ok := value.(string)
	return text, ok
}

func objectAt(o Object, path string) (Object, bool) {
	value, _ := lookup(o, path)
	object, ok := value.(Object)
	return object, ok
}

// joined is one object over another; the members of the upper hide those of the lower.
func joined(lower, upper Object) Object {
	both := cloneObject(lower)
	for name, value := range upper {
		both[name] = clone(value)
	}
	return both
}

func firstRunes(text string, count int) string {
	if runes := []rune(text); len(runes) > count {
		return string(runes[:count])
	}
	return text
}
