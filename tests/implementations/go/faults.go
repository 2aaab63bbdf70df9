package main

// Fault is one difference from the honest service that breaks what is documented.
type Fault struct {
	Name        string `json:"name"`
	Family      string `json:"family"`
	Field       string `json:"field"`
	Description string `json:"description"`
	install     func(*Service)
}

var faults = allFaults(
	mergeFaults, valueFaults, repetitionFaults, refusalFaults, answerFaults, accessFaults,
	secondTextFaults, secondMergeFaults, secondAnswerFaults, secondRefusalFaults,
)

func allFaults(groups ...[]Fault) []Fault {
	var all []Fault
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}

func faultNamed(name string) func(*Service) {
	for _, fault := range faults {
		if fault.Name == name {
			return fault.install
		}
	}
	return nil
}
