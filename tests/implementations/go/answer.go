package main

import "net/http"

// Answer is what a request gets; no body is sent if Body is nil.
type Answer struct {
	Status int
	Header http.Header
	Body   any
}

// Reason says why a request is refused, apart from the status.
type Reason int

const (
	unauthorized Reason = iota
	noRoute
	noCustomer
	wrongMethod
	notAcceptable
	wrongMediaType
	tooLarge
	wrongID
	malformed
	empty
	invalid
	conflict
	tooMany
	failed
)

var statuses = map[Reason]int{
	unauthorized: http.StatusUnauthorized, noRoute: http.StatusNotFound, noCustomer: http.StatusNotFound,
	wrongMethod: http.StatusMethodNotAllowed, notAcceptable: http.StatusNotAcceptable,
	wrongMediaType: http.StatusUnsupportedMediaType, tooLarge: http.StatusRequestEntityTooLarge,
	wrongID: http.StatusBadRequest, malformed: http.StatusBadRequest, empty: http.StatusBadRequest,
	invalid: http.StatusBadRequest, conflict: http.StatusPreconditionFailed, tooMany: http.StatusTooManyRequests,
	failed: http.StatusInternalServerError,
}

// refuse makes the answer to a request that is not carried out.
func refuse(reason Reason, message string, problems ...Problem) *Answer {
	items := make([]any, len(problems))
	for i, problem := range problems {
		items[i] = Object{"param": problem.param, "message": problem.message, "value": problem.value}
	}
	answer := &Answer{
		Status: statuses[reason],
		Header: http.Header{"Content-Type": {jsonType}},
		Body:   Object{"status": "error", "type": "error", "message": message, "errors": items},
	}
	switch reason {
	case unauthorized:
		answer.Header.Set("WWW-Authenticate", `Bearer realm="api"`)
	case wrongMethod:
		answer.Header.Set("Allow", allowed)
	case wrongMediaType:
		answer.Header.Set("Accept-Patch", "application/json")
	}
	return answer
}

func found(data Object) *Answer {
	return &Answer{
		Status: http.StatusOK,
		Header: http.Header{"Content-Type": {jsonType}, "Cache-Control": {"no-store"}},
		Body:   Object{"data": data},
	}
}
