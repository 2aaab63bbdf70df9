package main

import "testing"

const (
	sameAddresses = `{"address":{"line1":"A"},"shipping":{"name":"B","address":{"line1":"A"}}}`
	onlyAddress   = `{"address":{"line1":"Z"}}`
)

// within is a request with one member of the address within shipping, its text as JSON.
func within(name, text string) step {
	return patch(`{"shipping":{"address":{"` + name + `":` + text + `}}}`)
}

// secondShownBy are the requests that show a difference of the second files.
var secondShownBy = map[string][]step{
	"tags_stripped_from_name":              {patch(`{"name":"N <sales> & Co"}`)},
	"apostrophe_made_typographic":          {patch(`{"shipping":{"name":"O'Neil"}}`)},
	"city_beyond_latin1_lost":              {within("city", `"Łódź"`)},
	"backslashes_lost":                     {patch(`{"companyName":"A\\B"}`)},
	"line_break_ends_line2":                {within("line2", `"Gate\nB"`)},
	"leading_zeros_lost":                   {within("postalCode", `"01234"`)},
	"long_tax_number_rounded":              {patch(`{"taxId":"12345678901234567891"}`)},
	"date_text_reformatted":                {patch(`{"companyName":"2024-02-11"}`)},
	"zero_text_dropped":                    {patch(`{"address":{"line1":"A","line2":"0"}}`)},
	"company_cut_by_umlauts":               {patch(`{"companyName":"Müller"}`)},
	"shipping_address_defaults_to_address": {patch(noSubAddress)},
	"country_defaults_to_us":               {patch(onlyAddress)},
	"state_lost_outside_federations":       {patch(`{"shipping":{"address":{"state":"Kent","country":"GB"}}}`)},
	"tax_type_cleared_with_tax_id":         {patch(`{"taxId":"GB1"}`)},
	"equal_addresses_share_a_row":          {patch(sameAddresses), patch(onlyAddress), get()},
	"members_after_object_lost":            {patch(`{"address":{"line1":"A"},"taxId":"GB1"}`)},
	"unknown_member_voids_write":           {patch(`{"name":"N","nickname":"x"}`)},
	"original_value_counts_as_unchanged":   {patch(`{"name":"N"}`), patch(`{"name":"Maria Thornton"}`)},
	"change_of_case_ignored":               {patch(`{"name":"MARIA THORNTON"}`)},
	"later_reads_are_old":                  {patch(`{"name":"N"}`), get(), get()},
	"read_keeps_old_updated_at":            {patch(`{"name":"N"}`), get()},
	"created_at_renewed_with_shipping":     {patch(shippingBody)},
	"answer_lacks_unsent_subdocuments":     {patch(`{"name":"N"}`)},
	"etag_same_after_change":               {get(), patch(`{"name":"N"}`), get().with("If-None-Match", `"2023-07-19T14:03:14.201Z"`)},
	"no_content_when_unchanged":            {patch(`{"name":"N"}`), patch(`{"name":"N"}`)},
	"accept_of_several_refused":            {patch(`{"name":"N"}`).with("Accept", "application/json, text/plain, */*")},
	"content_length_in_characters":         {patch(`{"name":"Zoë"}`)},
	"byte_order_mark_in_answer":            {get()},
	"body_read_as_latin1":                  {patch(`{"name":"Zoë \u00eb"}`)},
	"malformed_answered_in_html":           {patch(`{"name":`)},
	"message_as_list":                      {patch(wrongAddress)},
	"errors_keyed_by_field":                {patch(wrongAddress)},
	"error_blames_other_field":             {patch(`{"shipping":{"phone":1}}`)},
	"wrong_media_type_stored":              {patch(`{"name":"N"}`).with("Content-Type", "text/plain"), get()},
	"unknown_id_changes_first_customer":    {patch(`{"name":"N"}`).of(unknownID), get()},
	"foreign_write_stored":                 {patch(`{"name":"N"}`).as("Bearer " + secondKey), get()},
	"body_id_decides_record":               {patch(`{"id":"` + secondID + `","name":"N"}`), get().other()},
	"write_touches_all":                    {patch(`{"name":"N"}`), get().other()},
	"key_case_ignored":                     {patch(`{"name":"N"}`).as("Bearer sk_live_4qd8wmzt1vxbn7skcr2y")},
	"empty_key_accepted":                   {patch(`{"name":"N"}`).as("Bearer ")},

	"gzip_answers":               {get()},
	"content_type_in_capitals":   {get()},
	"merge_patch_accepted":       {patch(`{"name":"N"}`).with("Content-Type", "application/merge-patch+json"), get()},
	"key_checked_first":          {{"DELETE", firstID, "", "", nil}, get().of("a/b").as("")},
	"body_checked_first":         {patch(`{"name":1}`).of(unknownID)},
	"foreign_customer_403":       {get().as("Bearer " + secondKey)},
	"empty_subdocument_left_out": {patch(`{"address":{},"shipping":{"address":{}}}`)},
	"times_in_another_zone":      {get()},
	"long_text_refused":          {patch(`{"shipping":{"address":{"line1":"` + long + `x"}}}`)},
	"names_twice_refused":        {patch(`{"name":"N","address":{"line1":"A","line1":"B"}}`)},
}

func init() {
	for name, steps := range secondShownBy {
		shownBy[name] = steps
	}
}

// No name is used twice; each has its requests.
func TestNamesAreTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	note := func(name string) {
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
	}
	for _, fault := range faults {
		note(fault.Name)
	}
	for _, variant := range variants {
		note(variant.Name)
	}
	for name := range shownBy {
		if !seen[name] {
			t.Errorf("%s is neither a fault nor a variant", name)
		}
	}
}
