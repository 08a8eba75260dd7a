package fault

// Class is the kind of an error, as far as it decides who acts.
type Class string

// The classes. Sources and publish wrap their errors with one of them; what is not
// wrapped is Unknown.
const (
	Unknown     Class = "unknown"      // nobody said: most often a connection that broke
	Unreachable Class = "unreachable"  // a server does not answer, or the connection broke
	Busy        Class = "busy"         // the slot or lease is held by another capture that lives
	Session     Class = "session"      // the producer session has a hole: send again from the confirmed point
	Asked       Class = "asked"        // a signal asks for what only a start does
	Fenced      Class = "fenced"       // another capture of this source took over
	Denied      Class = "denied"       // wrong password, missing grant
	Setup       Class = "setup"        // something is missing that `capture setup` or a DBA makes
	Foreign     Class = "foreign"      // the slot, the database or the topic is not the one we knew
	HistoryLost Class = "history-lost" // changes are gone that were not yet read
	TopicGone   Class = "topic-gone"   // a topic was deleted, recreated, cut or given other partitions
	TooLarge    Class = "too-large"    // one record is larger than the broker takes
	Unsupported Class = "unsupported"  // the source did something that is not handled
	Config      Class = "config"       // the configuration contradicts itself or the source
)

// Action is what the program does about a class.
type Action string

// The actions.
const (
	Retry    Action = "retry"    // the source starts again after a pause, for ever
	Stop     Action = "stop"     // the process ends; another one has the work
	Operator Action = "operator" // the process ends and says what a person has to do
)

type rule struct {
	action Action
	hint   string
}

// table is the one place that decides. Retrying what an operator must mend hides a
// standstill; stopping for what passes by itself wakes somebody for nothing.
var table = map[Class]rule{
	Unknown:     {Retry, ""},
	Unreachable: {Retry, ""},
	Busy:        {Retry, ""},
	Session:     {Retry, ""},
	Asked:       {Retry, ""},
	Fenced:      {Stop, "Another capture of this source runs. Leave it to that one, or stop that one first and start this one again."},
	Denied:      {Operator, "Check user, password and grants; `capture preflight` lists what is missing."},
	Setup:       {Operator, "Run `capture preflight` to see what is missing and `capture setup` to make it."},
	Foreign:     {Operator, "Point the configuration at the source it knew. If this one is meant: `capture resnapshot`."},
	HistoryLost: {Operator, "Changes were lost at the source before they were read: take a new snapshot in a new epoch with `capture resnapshot`."},
	TopicGone:   {Operator, "Restore the topic, or read its source again into a new one: `capture resnapshot`."},
	TooLarge:    {Operator, "Raise max.message.bytes of the topic (and message.max.bytes of the broker) above the size named."},
	Unsupported: {Operator, "See the message; the table may have to be taken out of what is captured."},
	Config:      {Operator, "Mend the configuration and start again."},
}

// ActionOf says what to do about err; a class that the table lacks is an operator's.
func ActionOf(err error) Action {
	if r, ok := table[ClassOf(err)]; ok {
		return r.action
	}
	return Operator
}
