package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // failures on purpose
	os.Exit(m.Run())
}

// step is one request; the zero value of what it lacks is the first customer with its key and JSON.
type step struct {
	method, id, authorization, body string
	header                          map[string]string
}

func patch(body string) step { return step{"PATCH", firstID, "Bearer " + firstKey, body, nil} }
func get() step              { return step{"GET", firstID, "Bearer " + firstKey, "", nil} }

func (s step) other() step {
	s.id, s.authorization = secondID, "Bearer "+secondKey
	return s
}

func (s step) of(id string) step {
	s.id = id
	return s
}

func (s step) as(authorization string) step {
	s.authorization = authorization
	return s
}

func (s step) with(name, value string) step {
	s.header = map[string]string{name: value}
	return s
}

func (s step) send(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(s.method, url+prefix+s.id, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	if s.method == "PATCH" {
		request.Header.Set("Content-Type", "application/json")
	}
	if s.authorization != "" {
		request.Header.Set("Authorization", s.authorization)
	}
	for name, value := range s.header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

func started(t *testing.T, faultNames, variantNames []string) string {
	t.Helper()
	service, err := build(faultNames, variantNames)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	return server.URL
}

var recent = regexp.MustCompile(`"202[5-9]-[^"]*T[^"]*Z"`)

// transcript is what a client sees of some requests, without the time of day.
func transcript(t *testing.T, url string, steps []step) string {
	t.Helper()
	var seen strings.Builder
	for _, step := range steps {
		response, text := step.send(t, url)
		response.Header.Del("Date")
		if recent.MatchString(text) {
			response.Header.Del("Etag")
		}
		fmt.Fprintln(&seen, response.StatusCode, response.Close, response.TransferEncoding, response.Header)
		fmt.Fprintln(&seen, recent.ReplaceAllString(text, `"now"`))
	}
	return seen.String()
}

const (
	addressBody  = `{"address":{"line1":"5 New Road","city":"Leeds","postalCode":"01234","country":"GB"}}`
	shippingBody = `{"shipping":{"name":"Gate 4","phone":"+1 617 555 0100","address":{"line1":"9 Elm","country":"US"}}}`
	bothBody     = `{"address":{"line1":"A"},"shipping":{"name":"B","phone":"C","address":{"line1":"D"}}}`
	noSubAddress = `{"shipping":{"name":"Gate 5"}}`
	wrongAddress = `{"name":"Changed","address":{"line1":["no"]}}`
	wrongGoods   = `{"shipping":{"name":"Changed","address":{"city":{}}}}`
	unknownID    = "ffffffffffffffffffffffff"
)

var long = strings.Repeat("long text ", 30)

// shownBy are the requests that show a fault.
var shownBy = map[string][]step{
	"omitted_details_cleared":             {patch(`{"name":"N"}`)},
	"billing_email_follows_email":         {patch(`{"email":"n@x.example"}`)},
	"address_merged":                      {patch(addressBody)},
	"shipping_merged":                     {patch(noSubAddress)},
	"shipping_address_merged":             {patch(shippingBody)},
	"postal_code_kept":                    {patch(`{"address":{"line1":"A"}}`)},
	"state_kept_in_same_country":          {patch(shippingBody)},
	"address_copied_to_shipping":          {patch(addressBody)},
	"empty_company_ignored":               {patch(`{"companyName":""}`)},
	"shipping_phone_lost_with_address":    {patch(bothBody)},
	"empty_line2_ignored":                 {patch(`{"address":{"line1":"A","line2":""}}`)},
	"address_with_same_line1_ignored":     {patch(`{"address":{"line1":"12 Harbour Street","city":"Deal"}}`)},
	"seller_id_writable":                  {patch(`{"name":"N","sellerId":"mine"}`)},
	"address_list_accepted":               {patch(`{"address":[]}`)},
	"number_accepted_as_phone":            {patch(`{"phone":441234}`)},
	"postal_code_shown_as_number":         {patch(addressBody)},
	"line2_of_any_type":                   {patch(`{"address":{"line1":"A","line2":{"a":1}}}`)},
	"updated_at_as_number":                {get()},
	"name_cut_at_emoji":                   {patch(`{"name":"Zoë 😀 Park"}`)},
	"plus_in_email_is_space":              {patch(`{"email":"a+b@x.example"}`)},
	"unlisted_tax_type_ignored":           {patch(`{"taxIdType":"br_cnpj"}`)},
	"shipping_country_lower_case":         {patch(shippingBody)},
	"name_cut_at_255":                     {patch(`{"name":"` + long + `"}`)},
	"shipping_line1_cut_at_35":            {patch(`{"shipping":{"address":{"line1":"` + long + `"}}}`)},
	"long_company_fails":                  {patch(`{"companyName":"` + long + `"}`)},
	"unchanged_is_not_found":              {patch(`{"name":"N"}`), patch(`{"name":"N"}`)},
	"same_email_removed":                  {patch(`{"email":"n@x.example"}`), patch(`{"email":"n@x.example"}`)},
	"answer_replayed":                     {patch(`{"name":"A"}`), patch(`{"name":"B"}`), patch(`{"name":"A"}`), get()},
	"shipping_address_lost_on_repetition": {patch(shippingBody), patch(shippingBody)},
	"company_escaped_again":               {patch(`{"name":"N"}`)},
	"address_stored_for_everyone":         {patch(addressBody), get().other()},
	"stripe_id_of_other":                  {patch(`{"name":"N"}`)},
	"read_shows_last_written":             {patch(`{"name":"N"}`), get().other()},
	"answer_replayed_for_other":           {patch(`{"name":"N"}`), patch(`{"name":"N"}`).other(), get().other()},
	"shipping_address_of_other":           {patch(noSubAddress)},
	"valid_details_stored_when_refused":   {patch(wrongAddress), get()},
	"shipping_name_stored_when_refused":   {patch(wrongGoods), get()},
	"address_lost_when_refused":           {patch(wrongAddress), get()},
	"refused_details_stored_later":        {patch(wrongAddress), get(), patch(`{"phone":"1"}`)},
	"malformed_body_stored_in_part":       {patch(`{"name":"N","phone":`), get()},
	"wrong_shipping_address_fails":        {patch(`{"shipping":{"address":"text"}}`)},
	"empty_object_accepted":               {patch(`{}`)},
	"trailing_text_accepted":              {patch(`{"name":"N"} }`)},
	"not_found_without_message":           {patch(`{"name":"N"}`).of(unknownID)},
	"second_error_without_message":        {patch(`{"name":1,"phone":[]}`)},
	"unauthorized_with_status_200":        {patch(`{"name":"N"}`).as("")},
	"answer_before_write":                 {patch(`{"name":"N"}`)},
	"read_stale_after_shipping":           {get(), patch(shippingBody), get()},
	"created_at_in_local_time":            {patch(`{"name":"N"}`)},
	"read_shows_address_twice":            {get()},
	"unknown_customer_created":            {patch(`{"name":"N"}`).of(unknownID)},
	"answer_as_text":                      {patch(`{"name":"N"}`)},
	"charset_parameter_refused":           {patch(`{"name":"N"}`).with("Content-Type", "application/json; charset=utf-8")},
	"answer_in_latin1":                    {patch(`{"name":"Zoë"}`)},
	"unauthorized_write_stored":           {patch(`{"name":"N"}`).as("Bearer wrong"), get()},
	"other_key_accepted":                  {patch(`{"name":"N"}`).as("Bearer " + secondKey), get()},
	"write_without_key":                   {patch(`{"name":"N"}`).as("")},
	"key_with_more_accepted":              {patch(`{"name":"N"}`).as("Bearer " + firstKey + "x")},
	"unauthorized_without_challenge":      {patch(`{"name":"N"}`).as("")},
	"bearer_in_lower_case_refused":        {patch(`{"name":"N"}`).as("bearer " + firstKey)},

	"unknown_refused":           {patch(`{"name":"N","nickname":"x","address":{"zip":"1"}}`)},
	"only_unknown_accepted":     {patch(`{"nickname":"x"}`)},
	"null_clears":               {patch(`{"name":null,"address":{"line1":"A","city":null},"shipping":null}`)},
	"empty_subdocument_refused": {patch(`{"address":{}}`)},
	"email_checked":             {patch(`{"email":"nobody"}`)},
	"country_checked":           {patch(`{"address":{"country":"Germany"}}`)},
	"media_type_400":            {patch(`{"name":"N"}`).with("Content-Type", "text/plain")},
	"accept_406":                {patch(`{"name":"N"}`).with("Accept", "application/xml")},
	"malformed_id_404":          {get().of("not-an-id")},
	"wrong_method_404":          {{"DELETE", firstID, "Bearer " + firstKey, "", nil}},
	"updated_at_only_on_change": {patch(`{"name":"Maria Thornton"}`)},
	"rate_limited":              repeated(get(), callsPerMinute+1),
	"page_order":                {get()},
	"indented":                  {get()},
	"ascii_only":                {get().other()},
	"null_for_absent":           {patch(addressBody)},
	"validation_403":            {patch(wrongAddress)},
	"validation_422":            {patch(wrongAddress)},
	"short_401":                 {get().as("")},
	"first_error_only":          {patch(`{"name":1,"phone":[]}`)},
	"etag":                      {get(), get().with("If-None-Match", "*"), patch(`{"name":"N"}`).with("If-Match", `"old"`)},
	"chunked":                   {get()},
	"connection_close":          {get()},
	"whole_seconds":             {get()},
	"extra_members":             {get()},
}

func repeated(one step, times int) []step {
	steps := make([]step, times)
	for i := range steps {
		steps[i] = one
	}
	return steps
}

// Each fault and variant differs from the honest service where its requests look; the honest one is the same each time.
func TestEachDifferenceShows(t *testing.T) {
	check := func(name string, faultNames, variantNames []string) {
		t.Run(name, func(t *testing.T) {
			steps := shownBy[name]
			if len(steps) == 0 {
				t.Fatal("no requests show it")
			}
			honest := transcript(t, started(t, nil, nil), steps)
			if again := transcript(t, started(t, nil, nil), steps); again != honest {
				t.Fatalf("the honest service differs from itself:\n%s\n%s", honest, again)
			}
			other := transcript(t, started(t, faultNames, variantNames), steps)
			if other == honest {
				t.Fatalf("no difference:\n%s", honest)
			}
			if testing.Verbose() {
				t.Logf("honest:\n%s\n%s:\n%s", honest, name, other)
			}
		})
	}
	for _, fault := range faults {
		check(fault.Name, []string{fault.Name}, nil)
	}
	for _, variant := range variants {
		check(variant.Name, nil, []string{variant.Name})
	}
}

// shown is the customer that GET answers, details that are null left out.
func shown(t *testing.T, url string, one step) Object {
	t.Helper()
	response, text := one.send(t, url)
	var envelope struct{ Data Object }
	if err := json.Unmarshal([]byte(text), &envelope); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%d %s %v", response.StatusCode, text, err)
	}
	return withoutNulls(editable, envelope.Data)
}

func statusOf(t *testing.T, url string, one step) int {
	t.Helper()
	response, text := one.send(t, url)
	var body struct{ Message string }
	if response.StatusCode >= 400 && (json.Unmarshal([]byte(text), &body) != nil || body.Message == "") {
		t.Errorf("%s %s: no message in %q", one.method, one.body, text)
	}
	return response.StatusCode
}

func details(o Object) string {
	return string(encode(known(editable, o)))
}

// accepted bodies, and the details that they leave in place of the stored ones.
var accepted = []string{
	`{"name":"Zoë 😀 O'Neil & Söhne <x> \"q\" \\ \u0041"}`, `{"companyName":"C","phone":"+1 (2) 3","taxId":"DE1","taxIdType":"eu_vat"}`,
	`{"email":"a+b@x.example","billingEmail":"c@x.example"}`, addressBody, shippingBody, bothBody, noSubAddress, `{"name":"` + long + `"}`,
	`{"companyName":""}`, `{"shipping":{"address":{"line1":"only"}}}`,
}

var refusedSteps = map[string]struct {
	step     step
	statuses []int
}{
	"empty object":    {patch(`{}`), []int{400, 403, 422}},
	"no body":         {patch(``), []int{400, 403, 422}},
	"malformed":       {patch(`{"name":"N"`), []int{400}},
	"trailing":        {patch(`{"name":"N"}]`), []int{400}},
	"list":            {patch(`[]`), []int{400, 403, 422}},
	"null":            {patch(`null`), []int{400, 403, 422}},
	"not UTF-8":       {patch("{\"name\":\"\xff\"}"), []int{400}},
	"half pair":       {patch(`{"name":"\ude00\ud83d"}`), []int{400}},
	"wrong address":   {patch(wrongAddress), []int{400, 403, 422}},
	"wrong goods":     {patch(wrongGoods), []int{400, 403, 422}},
	"no key":          {patch(`{"name":"N"}`).as(""), []int{401}},
	"wrong key":       {patch(`{"name":"N"}`).as("Bearer no"), []int{401}},
	"key of other":    {patch(`{"name":"N"}`).as("Bearer " + secondKey), []int{403, 404}},
	"Basic":           {patch(`{"name":"N"}`).as("Basic " + firstKey), []int{401}},
	"unknown":         {patch(`{"name":"N"}`).of(unknownID), []int{404}},
	"malformed id":    {patch(`{"name":"N"}`).of("not-an-id"), []int{400, 404}},
	"other type":      {patch(`{"name":"N"}`).with("Content-Type", "text/plain"), []int{415, 400, 422, 403}},
	"too large":       {patch(`{"name":"` + strings.Repeat("a", largest) + `"}`), []int{413}},
	"deep":            {patch(strings.Repeat(`{"a":`, 20000)), []int{400}},
	"wrong method":    {step{"POST", firstID, "Bearer " + firstKey, `{"name":"N"}`, nil}, []int{405, 404}},
	"escaped slash":   {patch(`{"name":"N"}`).of("a%2Fb"), []int{400, 404}},
	"no such path":    {patch(`{"name":"N"}`).of("a/b"), []int{404}},
	"second of range": {patch(`{"name":"N","shipping":{"phone":7}}`), []int{400, 403, 422}},
}

// The honest service and every variant, alone and each with all that can be had together, keep what is documented.
func TestWhatIsDocumentedIsKept(t *testing.T) {
	combined := []string{
		"null_clears", "email_checked", "country_checked", "media_type_400", "accept_406", "malformed_id_404", "wrong_method_404",
		"updated_at_only_on_change", "page_order", "indented", "ascii_only", "null_for_absent", "validation_403", "short_401",
		"first_error_only", "etag", "chunked", "connection_close", "whole_seconds", "extra_members", "only_unknown_accepted",
	}
	sets := map[string][]string{"honest": nil, "combined": combined}
	for _, variant := range variants {
		sets[variant.Name] = []string{variant.Name}
	}
	for name, set := range sets {
		t.Run(name, func(t *testing.T) {
			url := started(t, nil, set)
			for _, body := range accepted {
				before, bystander := shown(t, url, get()), shown(t, url, get().other())
				var sent Object
				if err := json.Unmarshal([]byte(body), &sent); err != nil {
					t.Fatal(err)
				}
				want := details(joined(before, sent))
				for _, seen := range []Object{shown(t, url, patch(body)), shown(t, url, patch(body)), shown(t, url, get())} {
					if details(seen) != want || seen["createdAt"] != before["createdAt"] || seen["id"] != firstID {
						t.Errorf("%s: %s, not %s", body, details(seen), want)
					}
				}
				if after := shown(t, url, get().other()); string(encode(after)) != string(encode(bystander)) {
					t.Errorf("%s changed the other customer: %v", body, after)
				}
			}
		})
		t.Run(name+" refuses", func(t *testing.T) {
			url := started(t, nil, set)
			before := string(encode(shown(t, url, get())))
			for what, refused := range refusedSteps {
				if status := statusOf(t, url, refused.step); !oneOf(status, refused.statuses) {
					t.Errorf("%s: %d", what, status)
				}
			}
			if after := string(encode(shown(t, url, get()))); after != before {
				t.Errorf("a refused request changed %s to %s", before, after)
			}
		})
	}
}
