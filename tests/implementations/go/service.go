package main

import (
	"crypto/subtle"
	"errors"
	"io"
	"log"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	jsonType  = "application/json; charset=utf-8"
	allowed   = "GET, HEAD, OPTIONS, PATCH"
	largest   = 1 << 20  // bytes of a body that are read
	drained   = 16 << 20 // bytes of a larger body that are thrown away
	stampForm = "2006-01-02T15:04:05.000Z"
	prefix    = "/v1/customers/"
)

var idForm = regexp.MustCompile(`^[0-9a-fA-F]{24}$`)

// Call is a request to one customer, as far as it is understood.
type Call struct {
	request *http.Request
	id      string
	seller  string // whose key the request has; empty until it is authorized
	raw     []byte
	patch   Object // what is to be changed; nil until it is understood
}

func (c *Call) writes() bool { return c.request.Method == http.MethodPatch }

// Service answers requests. Its steps are functions that a fault or a variant may wrap, one at a time.
type Service struct {
	store     *Store
	fields    []Field                     // what a request may change
	serve     func(*http.Request) *Answer // the whole request
	route     func(path string) (id string, found bool)
	call      func(*Call) *Answer // a request to a customer with a method that exists
	authorize func(*Call) *Answer
	owns      func(*Call, *Record) bool
	find      func(*Call) (*Record, *Answer)
	read      func(*Call, *Record) *Answer
	update    func(*Call, *Record) *Answer
	mediaType func(*Call) *Answer
	decode    func([]byte) (any, error)
	problems  func(Object) []Problem
	nothing   func(body, patch Object) bool
	merge     func(call *Call, before, patch Object) Object
	stamp     func(before, after Object)
	show      func(*Call, Object) Object
	refuse    func(Reason, string, ...Problem) *Answer
	encode    func(any) []byte
	send      func(http.ResponseWriter, *http.Request, *Answer)
}

func newService() *Service {
	s := &Service{store: newStore(seeds()...), fields: editable}
	s.serve, s.route, s.call = s.answer, customerID, s.handle
	s.authorize, s.find = s.checkKey, s.findRecord
	s.owns = func(call *Call, record *Record) bool { return record.seller == call.seller }
	s.read, s.update = s.readRecord, s.updateRecord
	s.mediaType, s.decode = s.checkMediaType, decode
	s.problems = func(body Object) []Problem { return check(s.fields, body, "") }
	s.nothing = func(_, patch Object) bool { return len(patch) == 0 }
	s.merge, s.stamp = merge, stampUpdate
	s.show = func(_ *Call, customer Object) Object { return customer }
	s.refuse, s.encode, s.send = refuse, encode, s.write
	return s
}

// ServeHTTP answers a request; a failure inside is answered in the form of every other error.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.send(w, r, s.guarded(r))
}

func (s *Service) guarded(r *http.Request) (answer *Answer) {
	defer func() {
		if cause := recover(); cause != nil {
			log.Printf("%s %s failed: %v", r.Method, r.URL.Path, cause)
			answer = s.refuse(failed, "Internal server error")
		}
	}()
	return s.serve(r)
}

func (s *Service) answer(r *http.Request) *Answer {
	id, found := s.route(r.URL.EscapedPath())
	if !found {
		return s.refuse(noRoute, "Not Found")
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPatch:
		return s.call(&Call{request: r, id: id})
	case http.MethodOptions:
		header := http.Header{"Allow": {allowed}, "Accept-Patch": {"application/json"}}
		return &Answer{Status: http.StatusNoContent, Header: header}
	}
	return s.refuse(wrongMethod, "Method Not Allowed")
}

// customerID reads the id in a path that is still escaped, so that an escaped slash stays within the id.
func customerID(path string) (string, bool) {
	rest := strings.TrimPrefix(path, prefix)
	if rest == path || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	id, err := url.PathUnescape(rest)
	return id, err == nil
}

func (s *Service) handle(call *Call) *Answer {
	if refusal := s.authorize(call); refusal != nil {
		return refusal
	}
	record, refusal := s.find(call)
	if refusal != nil {
		return refusal
	}
	if call.writes() {
		return s.update(call, record)
	}
	return s.read(call, record)
}

func (s *Service) checkKey(call *Call) *Answer {
	headers := call.request.Header.Values("Authorization")
	if len(headers) != 1 {
		return s.refuse(unauthorized, "Missing or invalid API key")
	}
	scheme, key, _ := strings.Cut(headers[0], " ")
	if strings.EqualFold(scheme, "Bearer") {
		call.seller = sellerOf(strings.TrimSpace(key))
	}
	if call.seller == "" {
		return s.refuse(unauthorized, "Missing or invalid API key")
	}
	return nil
}

func sellerOf(key string) string {
	seller := ""
	for known, owner := range keys {
		if subtle.ConstantTimeCompare([]byte(known), []byte(key)) == 1 {
			seller = owner
		}
	}
	return seller
}

// findRecord finds the customer in the store whose key was sent; those of other stores do not exist for it.
func (s *Service) findRecord(call *Call) (*Record, *Answer) {
	if !idForm.MatchString(call.id) {
		problem := Problem{"customerId", "Expected 24 hexadecimal digits", call.id}
		return nil, s.refuse(wrongID, "Invalid customer id", problem)
	}
	call.id = strings.ToLower(call.id)
	record := s.store.Find(call.id)
	if record == nil || !s.owns(call, record) {
		return nil, s.refuse(noCustomer, "Customer not found")
	}
	return record, nil
}

func (s *Service) readRecord(call *Call, record *Record) *Answer {
	return found(s.show(call, record.Read()))
}

func (s *Service) updateRecord(call *Call, record *Record) *Answer {
	if refusal := s.understand(call); refusal != nil {
		return refusal
	}
	_, after := record.Write(func(before Object) Object {
		changed := s.merge(call, cloneObject(before), cloneObject(call.patch))
		s.stamp(before, changed)
		return changed
	})
	return found(s.show(call, after))
}

// understand reads the body into the patch of the call, or answers what is wrong with it.
func (s *Service) understand(call *Call) *Answer {
	if refusal := s.readBody(call); refusal != nil {
		return refusal
	}
	value, err := s.decode(call.raw)
	if err != nil {
		return s.refuse(malformed, "The request body is not valid JSON: "+err.Error())
	}
	body, ok := value.(Object)
	if !ok {
		return s.refuse(invalid, "The request body must be a JSON object, not "+kind(value))
	}
	if problems := s.problems(body); len(problems) > 0 {
		return s.refuse(invalid, "Validation failed", problems...)
	}
	call.patch = known(s.fields, body)
	if s.nothing(body, call.patch) {
		return s.refuse(empty, "The request body has nothing to change")
	}
	return nil
}

func (s *Service) readBody(call *Call) *Answer {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, call.request.Body, largest))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		_, _ = io.CopyN(io.Discard, call.request.Body, drained) // a client that still writes would miss the answer
		return s.refuse(tooLarge, "The request body is larger than 1 MiB")
	}
	if err != nil {
		return s.refuse(malformed, "The request body could not be read")
	}
	call.raw = raw
	if len(raw) == 0 {
		return s.refuse(empty, "The request body is empty")
	}
	return s.mediaType(call)
}

func (s *Service) checkMediaType(call *Call) *Answer {
	name, parameters, err := mime.ParseMediaType(call.request.Header.Get("Content-Type"))
	charset, coding := parameters["charset"], call.request.Header.Get("Content-Encoding")
	plain := coding == "" || strings.EqualFold(coding, "identity")
	if err != nil || name != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") || !plain {
		return s.refuse(wrongMediaType, "The request body must be application/json in UTF-8")
	}
	return nil
}

// merge sets the members that were sent; address and shipping are one value each and replaced in full.
func merge(_ *Call, before, patch Object) Object {
	for name, value := range patch {
		before[name] = value
	}
	return before
}

func stampUpdate(_, after Object) {
	after["updatedAt"] = time.Now().UTC().Format(stampForm)
}

func (s *Service) write(w http.ResponseWriter, r *http.Request, answer *Answer) {
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	var raw []byte
	if answer.Body != nil {
		raw = s.encode(answer.Body)
		w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	}
	w.WriteHeader(answer.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(raw) // the client may have gone; nothing is left to do then
	}
}
