package main

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// secondAnswerFaults are in caches, serializers and the bytes of answers.
var secondAnswerFaults = []Fault{
	{
		"later_reads_are_old", "response", "",
		"the first GET after a PATCH shows the change; those after it show the customer as it was before the PATCH",
		laterReadsAreOld,
	},
	{
		"read_keeps_old_updated_at", "response", "",
		"GET shows the updatedAt from the start of the service, whatever was written since",
		showing(false, true, func(_ *Service, _ *Call, data Object) { data["updatedAt"] = seedOf(data["id"])["updatedAt"] }),
	},
	{
		"created_at_renewed_with_shipping", "response", "shipping",
		"a request with shipping sets createdAt to the present time",
		afterMerge(func(_, patch, after Object) {
			if _, sent := patch["shipping"]; sent {
				after["createdAt"] = time.Now().UTC().Format(stampForm)
			}
		}),
	},
	{
		"answer_lacks_unsent_subdocuments", "response", "address",
		"the answer to a PATCH has address and shipping only where they were sent, although the customer has them",
		showing(true, false, func(_ *Service, call *Call, data Object) {
			for _, name := range []string{"address", "shipping"} {
				if _, sent := call.patch[name]; !sent {
					delete(data, name)
				}
			}
		}),
	},
	{
		"etag_same_after_change", "response", "",
		"answers have a strong ETag that a change of the customer leaves as it is (RFC 9110 section 8.8.1); GET with it is 304",
		etagOfCreation,
	},
	{
		"no_content_when_unchanged", "idempotence", "",
		"a request that changes nothing is answered 204 without a body in place of the customer",
		func(s *Service) {
			next := s.update
			s.update = func(call *Call, record *Record) *Answer {
				before := record.Read()
				answer := next(call, record)
				if answer.Status == http.StatusOK && reflect.DeepEqual(joined(before, call.patch), before) {
					return &Answer{Status: http.StatusNoContent, Header: http.Header{}}
				}
				return answer
			}
		},
	},
	{
		"accept_of_several_refused", "negotiation", "",
		"a PATCH whose Accept names several media types, JSON among them, is answered 406",
		func(s *Service) {
			next := s.call
			s.call = func(call *Call) *Answer {
				accept := strings.Join(call.request.Header.Values("Accept"), ",")
				if call.writes() && strings.Contains(accept, ",") && acceptsJSON([]string{accept}) {
					return s.refuse(notAcceptable, "Answers are application/json")
				}
				return next(call)
			}
		},
	},
	{
		"content_length_in_characters", "negotiation", "",
		"Content-Length counts characters in place of bytes, so that an answer with letters beyond ASCII lacks its end",
		func(s *Service) {
			s.send = func(w http.ResponseWriter, r *http.Request, answer *Answer) {
				cut := *answer
				if answer.Body != nil {
					raw := s.encode(answer.Body)
					cut.Body = encoded(raw[:utf8.RuneCount(raw)])
				}
				s.write(w, r, &cut)
			}
			keepEncoded(s)
		},
	},
	{
		"byte_order_mark_in_answer", "negotiation", "",
		"the JSON of answers begins with a byte order mark, which RFC 8259 section 8.1 forbids",
		encodedFurther(func(text []byte) []byte { return append([]byte("\xEF\xBB\xBF"), text...) }),
	},
	{
		"body_read_as_latin1", "negotiation", "",
		"the bytes of a body are read as Latin-1, so that letters beyond ASCII are stored as two; escapes are read right",
		func(s *Service) {
			next := s.decode
			s.decode = func(raw []byte) (any, error) {
				if !utf8.Valid(raw) {
					return next(raw)
				}
				var text strings.Builder
				for _, single := range raw {
					text.WriteRune(rune(single))
				}
				return next([]byte(text.String()))
			}
		},
	},
}

// laterReadsAreOld answers all but the first GET after a write with what was stored before the write.
func laterReadsAreOld(s *Service) {
	type past struct {
		customer Object
		reads    int
	}
	var lock sync.Mutex
	written := map[string]*past{}
	read, update := s.read, s.update
	s.update = func(call *Call, record *Record) *Answer {
		before := record.Read()
		answer := update(call, record)
		if answer.Status == http.StatusOK {
			lock.Lock()
			defer lock.Unlock()
			written[call.id] = &past{customer: before}
		}
		return answer
	}
	s.read = func(call *Call, record *Record) *Answer {
		lock.Lock()
		defer lock.Unlock()
		if last := written[call.id]; last != nil {
			if last.reads++; last.reads > 1 {
				return found(s.show(call, cloneObject(last.customer)))
			}
		}
		return read(call, record)
	}
}

// etagOfCreation marks all states of a customer by the moment of its creation.
func etagOfCreation(s *Service) {
	read, update := s.read, s.update
	mark := func(record *Record) string { return strconv.Quote(record.Read()["createdAt"].(string)) }
	s.read = func(call *Call, record *Record) *Answer {
		if tagNamed(call.request, "If-None-Match", mark(record)) {
			return &Answer{Status: http.StatusNotModified, Header: http.Header{"Etag": {mark(record)}}}
		}
		answer := read(call, record)
		answer.Header.Set("ETag", mark(record))
		return answer
	}
	s.update = func(call *Call, record *Record) *Answer {
		answer := update(call, record)
		if answer.Status == http.StatusOK {
			answer.Header.Set("ETag", mark(record))
		}
		return answer
	}
}

// encoded is a body that is sent as it is.
type encoded []byte

func keepEncoded(s *Service) {
	next := s.encode
	s.encode = func(value any) []byte {
		if raw, ok := value.(encoded); ok {
			return raw
		}
		return next(value)
	}
}
